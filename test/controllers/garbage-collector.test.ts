import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConfigMap,
  configMaps,
  defineResource,
  deployments,
  isStatusError,
  namespaces,
  type OwnerReference,
  pods,
  replicaSets,
  serviceAccounts,
} from '@serval/kube/objects';
import { deploymentOf, startCluster, startFakeNode, until } from './support.ts';

const configMap = (name: string, owner?: ConfigMap, more: Partial<OwnerReference> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'default',
    ...(owner
      ? {
          ownerReferences: [
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              name: owner.metadata.name ?? '',
              uid: owner.metadata.uid ?? '',
              ...more,
            },
          ],
        }
      : {}),
  },
});

test('dependents go in the background, are waited for in the foreground, and are let go as orphans', async (t) => {
  const { client, reflect } = await startCluster(t);
  const live = reflect(configMaps);
  const gone = (...names: string[]) => until(live, () => names.every((name) => !live.get('default', name)));
  const create = async (name: string, owner?: ConfigMap, more?: Partial<OwnerReference>) =>
    await client.create(configMaps, configMap(name, owner, more));
  const remove = (name: string, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') =>
    client.delete(configMaps, { namespace: 'default', name }, { propagationPolicy });

  const a = await create('a');
  const b = await create('b', a);
  await create('c', b);
  await remove('a', 'Background');
  await gone('a', 'b', 'c');

  const owner = await create('owner');
  const child = await create('child', owner, { blockOwnerDeletion: true });
  await create('grandchild', child, { blockOwnerDeletion: true });
  const order: string[] = [];
  live.onChange(({ type, object }) => {
    if (type === 'deleted') order.push(object.metadata.name ?? '');
  });
  await remove('owner', 'Foreground');
  await gone('owner', 'child', 'grandchild');
  assert.deepEqual(order, ['grandchild', 'child', 'owner']);

  const parent = await create('parent');
  await create('left', parent);
  await remove('parent', 'Orphan');
  await gone('parent');
  await until(live, () => {
    const left = live.get('default', 'left');
    return left && (left.metadata.ownerReferences ?? []).length === 0;
  });
});

test('an object with an owner that never was is deleted, one with another owner is kept', async (t) => {
  const { client, reflect } = await startCluster(t);
  const live = reflect(configMaps);
  const never = configMap('never');
  never.metadata.uid = '11111111-2222-3333-4444-555555555555';
  await client.create(configMaps, configMap('lost', never));
  await until(live, () => !live.get('default', 'lost'));
  const keeper = await client.create(configMaps, configMap('keeper'));
  const both = configMap('both', keeper);
  both.metadata.ownerReferences?.push({ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: never.metadata.uid });
  await client.create(configMaps, both);
  const kept = await until(live, () => {
    const found = live.get('default', 'both');
    return found?.metadata.ownerReferences?.length === 1 && found;
  });
  assert.equal(kept.metadata.ownerReferences?.[0]?.uid, keeper.metadata.uid);
});

test('kinds that come later are followed, and their objects go with their definition', async (t) => {
  const { client, reflect } = await startCluster(t);
  const live = reflect(configMaps);
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boxes.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'boxes', singular: 'box', kind: 'Box', listKind: 'BoxList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
  const definitions = defineResource({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
  });
  const boxes = defineResource({ group: 'example.org', version: 'v1', plural: 'boxes', kind: 'Box', namespaced: true });
  await client.create(definitions, definition);
  const box = { apiVersion: 'example.org/v1', kind: 'Box', metadata: { name: 'box', namespace: 'default' } };
  const created = await retryWhileMissing(() => client.create(boxes, box));
  const inside = configMap('inside');
  const owner = { apiVersion: 'example.org/v1', kind: 'Box', name: 'box', uid: created.metadata.uid ?? '' };
  inside.metadata.ownerReferences = [owner];
  await client.create(configMaps, inside);
  await until(live, () => live.get('default', 'inside'));
  await client.delete(boxes, { namespace: 'default', name: 'box' });
  await until(live, () => !live.get('default', 'inside'));
});

/** A new kind is served a moment after its definition was written. */
async function retryWhileMissing<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (attempt === 50 || !isStatusError(error, 'NotFound')) throw error;
      await delay(50);
    }
  }
}

test('deleting a namespace deletes what is in it, and a Deployment takes its Pods along', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  startFakeNode(cluster);
  const [livePods, liveNamespaces, accounts] = [
    cluster.reflect(pods),
    cluster.reflect(namespaces),
    cluster.reflect(serviceAccounts),
  ];
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  await until(accounts, () => accounts.get('team', 'default'));
  const deployment = deploymentOf('web', 2);
  await client.create(deployments, { ...deployment, metadata: { ...deployment.metadata, namespace: 'team' } });
  await client.create(deployments, deployment);
  await until(livePods, () => livePods.list().length === 4);
  await client.delete(deployments, { namespace: 'default', name: 'web' });
  await until(livePods, () => livePods.list({ namespace: 'default' }).length === 0);
  assert.equal((await client.list(replicaSets, { namespace: 'default' })).items.length, 0);
  await client.delete(namespaces, { name: 'team' });
  await until(liveNamespaces, () => !liveNamespaces.get('', 'team'));
  assert.equal((await client.list(pods)).items.length, 0);
  await assert.rejects(client.get(deployments, { namespace: 'team', name: 'web' }), (error) =>
    isStatusError(error, 'NotFound'),
  );
});
