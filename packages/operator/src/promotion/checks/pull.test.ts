import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { CredentialGrant, Pipeline, PlatformDefaults } from '@serval/api';
import { createObjectStore } from '@serval/kube/client';
import type { KubeObject, Secret } from '@serval/kube/objects';
import { defaultServingConfig } from '../../config/serving-config.ts';
import { createNamespaceCredentials, pipelineIndexes } from '../../pipeline/namespace-credentials.ts';
import { checkPull, type PullSubject } from './pull.ts';

const sentinel = 'SENTINEL-4d1f';
const manifest = JSON.stringify({ schemaVersion: 2, layers: [] });
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const basic = (user: string) => `Basic ${Buffer.from(`${user}:${sentinel}`).toString('base64')}`;

/** A registry with one manifest in `acme/scorer` for those who are let in: by Basic, or by a token where `tokens` is set. */
async function startRegistry(t: TestContext, { tokens = false } = {}) {
  const admitted = new Set<string>();
  const server = createServer((request, response) => answer(request, response));
  function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const isUser = [...admitted].some((user) => headers.authorization === basic(user));
    if (url.startsWith('/token')) {
      const body = isUser ? JSON.stringify({ token: 'T0KEN' }) : '{}';
      response.writeHead(isUser ? 200 : 401).end(body);
    } else if (tokens ? headers.authorization !== 'Bearer T0KEN' : !isUser) {
      const challenge = tokens ? `Bearer realm="http://${host}/token",service="r"` : 'Basic realm="r"';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    } else if (
      /^\/v2\/acme\/scorer\/manifests\/(v1|sha256:)/.test(url) &&
      (url.endsWith(digest) || url.endsWith('v1'))
    ) {
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(manifest);
    } else response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  t.after(stop);
  return { host, image: `${host}/acme/scorer`, admitted, stop };
}

function pullSecret(namespace: string, name: string, host: string, user: string): Secret {
  const config = { auths: { [host]: { username: user, password: sentinel } } };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, uid: `${namespace}/${name}`, resourceVersion: '1' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') },
  } as Secret;
}

/** Pipeline team-a/fraud, whose stage prod is fraud-prod, with the Secret `stage` for a host; and whatever else is there. */
function createChecker(host: string, ...objects: KubeObject[]) {
  const put = <T extends KubeObject>(store: ReturnType<typeof createObjectStore<T>>, ...all: object[]) => {
    for (const object of all) store.put({ type: 'added', object: object as T });
    return store;
  };
  const pipeline = {
    metadata: { namespace: 'team-a', name: 'fraud', uid: 'p' },
    spec: {
      stages: [
        {
          name: 'prod',
          namespace: 'fraud-prod',
          registryCredentials: { entries: [{ match: host, secretRef: { name: 'stage' } }] },
        },
      ],
    },
  };
  const credentials = createNamespaceCredentials({
    config: { current: () => defaultServingConfig },
    caches: {
      defaults: createObjectStore<PlatformDefaults>(),
      pipelines: put(createObjectStore<Pipeline>(pipelineIndexes), pipeline),
      grants: createObjectStore<CredentialGrant>(),
      namespaces: put(createObjectStore<KubeObject>(), { metadata: { name: 'fraud-prod' } }),
    },
    read: async (reference) => find(reference),
    home: 'serval-system',
  });
  const all = [pullSecret('team-a', 'stage', host, 'stage'), ...objects];
  const find = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }) =>
    all.find(({ kind: one, metadata }) => one === kind && metadata.namespace === namespace && metadata.name === name);
  return async (images: string[], more: Partial<PullSubject> = {}) => {
    const deps = { credentials, read: async (reference: Parameters<typeof find>[0]) => find(reference) };
    const { signal } = new AbortController();
    const result = await checkPull({ namespace: 'fraud-prod', images, ...more }, deps, signal);
    assert.doesNotMatch(JSON.stringify(result), new RegExp(`${sentinel}|${basic('stage').slice(6)}`));
    return result;
  };
}

for (const tokens of [false, true]) {
  test(`what the stage's credential may pull passes, with ${tokens ? 'a token' : 'Basic'}`, async (t) => {
    const { host, image, admitted } = await startRegistry(t, { tokens });
    const check = createChecker(host);
    admitted.add('stage');
    assert.deepEqual(await check([`${image}@${digest}`, `oci://${image}:v1`]), { state: 'passed' });

    admitted.delete('stage');
    const refused = await check([`${image}@${digest}`]);
    assert.ok(refused.state === 'failed' && refused.reason === 'Unauthorized', JSON.stringify(refused));
    assert.match(refused.message, /acme\/scorer@sha256:.*; namespace fraud-prod has for it: Secret team-a\/stage$/);
  });
}

test('what is not there is told apart from what may not be pulled', async (t) => {
  const { host, image, admitted } = await startRegistry(t);
  admitted.add('stage');
  const gone = await createChecker(host)([`${image}@sha256:${'0'.repeat(64)}`]);
  assert.ok(gone.state === 'failed' && gone.reason === 'NotFound', JSON.stringify(gone));
  const other = await createChecker('elsewhere.example')([`oci://${image}:v1`]);
  assert.ok(other.state === 'failed' && other.reason === 'Unauthorized', JSON.stringify(other));
  assert.match(other.message, /namespace fraud-prod has no credential for it$/);
});

test('a registry that does not answer is waited for', async (t) => {
  const { host, image, stop } = await startRegistry(t);
  stop();
  const result = await createChecker(host)([`${image}@${digest}`]);
  assert.ok(result.state === 'waiting' && result.reason === 'Unreachable', JSON.stringify(result));
});

test('images that no node pulled are not asked for', async (t) => {
  const { host, image } = await startRegistry(t);
  assert.deepEqual(await createChecker(host)([`${image}:v1`, 'serval/model-server:0.1.0', '']), { state: 'passed' });
});

test("pull secrets of the service's own count, and those of its account where it names none", async (t) => {
  const { host, image, admitted } = await startRegistry(t);
  admitted.add('own');
  const account = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'fraud-prod', name },
    imagePullSecrets: [{ name: 'own' }],
  });
  const check = createChecker(host, pullSecret('fraud-prod', 'own', host, 'own'), account('default'), account('mine'));
  const images = [`${image}@${digest}`];
  assert.deepEqual(await check(images), { state: 'passed' });
  assert.deepEqual(await check(images, { serviceAccount: 'mine' }), { state: 'passed' });
  assert.deepEqual(await check(images, { pullSecrets: ['own'] }), { state: 'passed' });
  assert.equal((await check(images, { pullSecrets: ['gone'] })).state, 'failed');
  assert.equal((await check(images, { serviceAccount: 'none' })).state, 'failed');
});

test('images of a registry for which nodes may have a credential of their own are left to them', async (t) => {
  const { host } = await startRegistry(t);
  const check = createChecker(host);
  assert.deepEqual(await check([`123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/scorer@${digest}`]), {
    state: 'passed',
  });
});
