import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import { type AnyObject, deployments, type KubeObject, type Pod, pods, secrets } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { underTest } from '../support/api-server.ts';
import { eventually } from '../support/eventually.ts';
import { projected, projectedName, pullSecret, setDefaults, start } from './pipeline-rig.ts';
import { resourceOf } from './support.ts';

interface Case {
  readonly rule: string;
  readonly service: InferenceService;
  readonly deployment: KubeObject;
  /** As it is admitted. */
  readonly pod: Pod;
}

interface Goldens {
  readonly secret: KubeObject;
  readonly cases: readonly Case[];
}

const namespace = 'fraud-dev';

test('services are rendered, and their Pods admitted, with the projected Secret after all others', async (t) => {
  const { client } = await start(t);
  const goldens = load(await readFile(join(import.meta.dirname, 'goldens/pull-secrets.yaml'), 'utf8')) as Goldens;
  await pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': 'platform' });
  await setDefaults(client, { 'ghcr.io': 'ghcr' });
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name: 'default' },
    imagePullSecrets: [{ name: 'of-the-account' }],
  } as AnyObject;
  await client.apply(resourceOf(account), account, { force: true });
  for (const { rule, service, deployment, pod } of goldens.cases) {
    await t.test(rule, async () => {
      await client.create(inferenceServices, service);
      const name = `${service.metadata.name}-predictor`;
      const made = await eventually(() => client.get(deployments, { namespace, name }));
      assert.deepEqual(lasting(made), deployment);
      await projected(client, namespace, 'platform');
      const { metadata, spec } = made.spec.template;
      const asked = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, namespace, name }, spec } as Pod;
      const admitted = lasting(await client.create(pods, asked)) as Pod;
      assert.deepEqual(underTest ? withoutPlugins(admitted) : admitted, underTest ? withoutPlugins(pod) : pod);
    });
  }
  const secret = await client.get(secrets, { namespace, name: projectedName });
  assert.deepEqual(lasting(secret), goldens.secret);
});

/** Without what depends on the admission plugins that are on. */
function withoutPlugins({ spec, ...pod }: Pod): unknown {
  const { priority: _priority, preemptionPolicy: _policy, tolerations: _tolerations, imagePullSecrets, ...own } = spec;
  const ours = imagePullSecrets?.filter(({ name }) => name !== 'of-the-account') ?? [];
  return { ...pod, spec: { ...own, imagePullSecrets: ours } };
}

/** Without what API servers fill in, which is another each time. */
function lasting(object: KubeObject): unknown {
  const { status: _status, metadata, ...rest } = structuredClone(object) as AnyObject;
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    generation: _generation,
    ...own
  } = metadata;
  const { managedFields: _managed, ownerReferences = [], ...kept } = own;
  const owners = ownerReferences.map(({ uid: _of, ...owner }) => owner);
  const whole = { ...rest, metadata: { ...kept, ...(owners.length > 0 ? { ownerReferences: owners } : {}) } };
  // Kubernetes 1.33 writes it into templates of Pods.
  return JSON.parse(
    JSON.stringify(whole, (key, value) => (key === 'creationTimestamp' && value === null ? undefined : value)),
  );
}
