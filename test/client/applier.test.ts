import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareApplied, createApplier } from '@serval/kube/client';
import {
  type ConfigMap,
  configMaps,
  type Deployment,
  deployments,
  type HorizontalPodAutoscaler,
  horizontalPodAutoscalers,
  type KubeObject,
  type Resource,
  type Secret,
  type Service,
  secrets,
  services,
} from '@serval/kube/objects';
import { startServer } from './support.ts';

const metadata = (name: string) => ({ name, namespace: 'default', labels: { app: name } });

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('web'),
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'web:1',
            args: ['--a', '--b'],
            env: [
              { name: 'A', value: '1' },
              { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }, { containerPort: 9000 }],
            resources: { requests: { cpu: '1000m', memory: '2048Mi' }, limits: { cpu: 2 } },
            readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            securityContext: {},
          },
        ],
        volumes: [
          { name: 'tmp', emptyDir: {} },
          { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
        ],
        tolerations: [{ key: 'gpu', operator: 'Exists' }],
      },
    },
  },
};
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...metadata('web'), annotations: {} },
  spec: {
    selector: { app: 'web' },
    ports: [
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'grpc', port: 9000 },
    ],
  },
};
const scaler: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: metadata('web'),
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 3,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
};
const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: metadata('web'), stringData: { password: 'x' } };

const kinds: [Resource, KubeObject][] = [
  [deployments, deployment],
  [services, service],
  [horizontalPodAutoscalers, scaler],
  [secrets, secret],
];

test('what is applied once is not written again, nor after a restart when nothing is in doubt', async (t) => {
  const { client, writes } = await startServer(t);
  const applier = createApplier({ client });
  for (const [resource, object] of kinds) {
    const first = await applier.apply(resource, object, undefined);
    assert.ok(first.changed, object.kind);
    const live = await client.get(resource, { namespace: 'default', name: 'web' });
    const before = writes.length;
    const second = await applier.apply(resource, object, live);
    assert.deepEqual(
      [second.changed, writes.length],
      [false, before],
      JSON.stringify(compareApplied(live, object, 'serval')),
    );
    const fresh = createApplier({ client });
    const third = await fresh.apply(resource, object, live);
    assert.equal(third.changed, false, object.kind);
    const after = writes.length;
    await fresh.apply(resource, object, third.object);
    assert.equal(writes.length, after, object.kind);
  }
});

test('changes, removals and what others overwrote are applied; what others added is kept', async (t) => {
  const { client } = await startServer(t);
  const applier = createApplier({ client });
  const target = { namespace: 'default', name: 'web' };
  const get = () => client.get(deployments, target);
  await applier.apply(deployments, deployment, undefined);

  const container = deployment.spec.template.spec.containers[0];
  const { env: _, ...bare } = container!;
  const leaner = structuredClone(deployment);
  leaner.spec.template.spec.containers = [bare];
  leaner.metadata.labels = {};
  await applier.apply(deployments, leaner, await get());
  const live = await get();
  assert.equal(live.spec.template.spec.containers[0]?.env, undefined);
  assert.deepEqual(live.metadata.labels ?? {}, {});

  await client.patch(deployments, target, 'merge', {
    metadata: { annotations: { by: 'them' } },
    spec: { replicas: 7 },
  });
  const result = await applier.apply(deployments, leaner, await get());
  assert.ok(result.changed);
  assert.equal(result.object.spec.replicas, 2);
  assert.equal(result.object.metadata.annotations?.['by'], 'them');
});

test('children that are no longer rendered are pruned, those of others are not', async (t) => {
  const { client, writes } = await startServer(t);
  const applier = createApplier({ client });
  const owner = await client.create<ConfigMap>(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('owner'),
  });
  const child = (name: string, owned = true): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...metadata(name),
      ...(owned
        ? { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid ?? '' }] }
        : {}),
    },
    data: { a: 'b' },
  });
  const live = async () =>
    (await client.list(configMaps, { namespace: 'default' })).items.map((object) => ({ resource: configMaps, object }));
  const applyAll = async (...objects: ConfigMap[]) => {
    const { written, pruned } = await applier.applyChildren({
      owner,
      desired: objects.map((object) => ({ resource: configMaps, object })),
      live: await live(),
    });
    return { written, pruned };
  };
  assert.deepEqual(await applyAll(child('a'), child('b')), { written: 2, pruned: 0 });
  await client.create(configMaps, child('theirs', false));
  const before = writes.length;
  assert.deepEqual(await applyAll(child('a'), child('b')), { written: 0, pruned: 0 });
  assert.equal(writes.length, before);
  assert.deepEqual(await applyAll(child('b')), { written: 0, pruned: 1 });
  assert.deepEqual((await live()).map(({ object }) => object.metadata.name).sort(), ['b', 'owner', 'theirs']);
});
