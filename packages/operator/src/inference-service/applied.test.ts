import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { withApplied } from './applied.ts';
import type { Observed } from './observe.ts';
import { settledWorld } from './testing.ts';

test('what the server answered takes the place of what the caches know', () => {
  const world = settledWorld();
  const deployment = world.deployment as KubeObject;
  const old = { ...deployment, metadata: { ...deployment.metadata, generation: 1 } };
  const observed = {
    workloads: new Map([['iris-predictor', { deployment: old, replicaSets: world.replicaSets, pods: world.pods }]]),
    scaledObjects: new Map(),
    ingress: { routes: new Map(), grpcRoutes: new Map(), ingresses: new Map() },
  } as unknown as Observed;
  assert.equal(withApplied(observed, []), observed);
  const fresh = { ...deployment, metadata: { ...deployment.metadata, generation: 2 } };
  const other = { ...deployment, metadata: { ...deployment.metadata, name: 'iris-transformer' } };
  const route = world.routes['iris'] as KubeObject;
  const seen = withApplied(observed, [fresh, other, route]);
  assert.equal(seen.workloads.get('iris-predictor')?.deployment?.metadata.generation, 2);
  assert.equal(seen.workloads.get('iris-predictor')?.pods, world.pods);
  assert.deepEqual(seen.workloads.get('iris-transformer')?.pods, []);
  assert.deepEqual([...seen.ingress.routes.keys()], ['iris']);
  assert.equal(observed.ingress.routes.size, 0);
});
