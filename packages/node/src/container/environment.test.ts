import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, EnvVar, Pod } from '@serval/kube/objects';
import { type ConfigSource, containerEnvironment } from './environment.ts';

const facts = { podIP: '127.1.2.3', hostIP: '127.0.0.1', nodeName: 'here', allocatable: { cpu: 2, memory: 1024 ** 3 } };
const source: ConfigSource = {
  async configMap(_, name) {
    return name === 'words'
      ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { a: 'A', 'b.c': 'BC' } }
      : undefined;
  },
  async secret(_, name) {
    const data = { key: Buffer.from('s3cret').toString('base64') };
    return name === 'keys' ? { apiVersion: 'v1', kind: 'Secret', metadata: {}, data } : undefined;
  },
};

function environment(container: Partial<Container>): Promise<Record<string, string>> {
  const main = { name: 'main', ...container };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'ns',
      uid: 'u',
      labels: { 'app.kubernetes.io/name': 'x' },
      annotations: { note: 'y' },
    },
    spec: { containers: [main] },
  };
  return containerEnvironment(pod, main, facts, source, { HOSTNAME: 'web' });
}
const from = (valueFrom: EnvVar['valueFrom']) =>
  environment({ env: [{ name: 'X', valueFrom }] }).then((env) => env['X']);

test('fields of the Pod', async () => {
  const expected: Record<string, string> = {
    'metadata.name': 'web',
    'metadata.namespace': 'ns',
    'metadata.uid': 'u',
    "metadata.labels['app.kubernetes.io/name']": 'x',
    "metadata.annotations['note']": 'y',
    "metadata.labels['none']": '',
    'spec.nodeName': 'here',
    'spec.serviceAccountName': 'default',
    'status.podIP': '127.1.2.3',
    'status.hostIP': '127.0.0.1',
  };
  for (const [fieldPath, value] of Object.entries(expected))
    assert.equal(await from({ fieldRef: { fieldPath } }), value);
  await assert.rejects(from({ fieldRef: { fieldPath: 'spec.secret' } }), /unsupported fieldPath: spec\.secret/);
});

test('resources, rounded up by the divisor', async () => {
  const resources = { limits: { cpu: '1500m', memory: '1Gi' }, requests: { memory: '100M' } };
  const resource = async (name: string, divisor?: string) =>
    (
      await environment({
        resources,
        env: [{ name: 'X', valueFrom: { resourceFieldRef: { resource: name, ...(divisor ? { divisor } : {}) } } }],
      })
    )['X'];
  assert.equal(await resource('limits.cpu'), '2');
  assert.equal(await resource('limits.cpu', '1m'), '1500');
  assert.equal(await resource('limits.memory', '1Mi'), '1024');
  assert.equal(await resource('requests.memory'), '100000000');
  assert.equal(await resource('requests.cpu', '1m'), '1500');
  assert.equal(await from({ resourceFieldRef: { resource: 'limits.cpu' } }), '2');
  assert.equal(await from({ resourceFieldRef: { resource: 'requests.cpu' } }), '0');
});

test('later entries win, and may use earlier ones', async () => {
  const env = await environment({
    envFrom: [{ prefix: 'P_', configMapRef: { name: 'words' } }, { secretRef: { name: 'keys' } }],
    env: [
      { name: 'key', value: 'own' },
      { name: 'BOTH', value: '$(P_a)-$(key)-$(HOSTNAME)-$(later)' },
      { name: 'later', value: '$$(key)' },
      { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'keys', key: 'key' } } },
    ],
  });
  assert.deepEqual(env, {
    P_a: 'A',
    'P_b.c': 'BC',
    key: 'own',
    BOTH: 'A-own-web-$(later)',
    later: '$(key)',
    SECRET: 's3cret',
  });
});

test("what is missing is told in the kubelet's words, unless it is optional", async () => {
  await assert.rejects(from({ configMapKeyRef: { name: 'none', key: 'a' } }), {
    code: 'CreateContainerConfigError',
    message: 'configmap "none" not found',
  });
  await assert.rejects(
    from({ configMapKeyRef: { name: 'words', key: 'z' } }),
    /couldn't find key z in ConfigMap ns\/words/,
  );
  await assert.rejects(from({ secretKeyRef: { name: 'none', key: 'a' } }), /secret "none" not found/);
  await assert.rejects(from({ secretKeyRef: { name: 'keys', key: 'z' } }), /couldn't find key z in Secret ns\/keys/);
  await assert.rejects(environment({ envFrom: [{ secretRef: { name: 'none' } }] }), /secret "none" not found/);
  assert.equal(await from({ configMapKeyRef: { name: 'none', key: 'a', optional: true } }), undefined);
  assert.equal(await from({ secretKeyRef: { name: 'keys', key: 'z', optional: true } }), undefined);
  assert.deepEqual(await environment({ envFrom: [{ configMapRef: { name: 'none', optional: true } }] }), {});
});
