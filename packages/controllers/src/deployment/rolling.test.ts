import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, ReplicaSet } from '@serval/kube/objects';
import fc from 'fast-check';
import { desiredReplicasAnnotation, maxReplicasAnnotation } from './annotations.ts';
import { rolloutLimits } from './limits.ts';
import { isScalingEvent, scalingStep } from './proportional.ts';
import { rollingStep, sizeOf, sum } from './rolling.ts';

/** @param name order of creation too. */
function replicaSet(
  name: string,
  replicas: number,
  available = replicas,
  annotations: Record<string, string> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, uid: name, annotations, creationTimestamp: '2030-01-01T00:00:00Z' },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { replicas, availableReplicas: available },
  };
}
const step = (current: ReplicaSet, old: ReplicaSet[], replicas: number, maxSurge: number, maxUnavailable: number) =>
  Object.fromEntries(
    rollingStep(current, old, { replicas, maxSurge, maxUnavailable }).map((scaling) => [
      scaling.replicaSet.metadata.name,
      scaling.replicas,
    ]),
  );

test('the new ReplicaSet grows by the surge, then the old ones shrink by what is available', () => {
  assert.deepEqual(step(replicaSet('new', 0), [replicaSet('a', 4)], 4, 1, 0), { new: 1 });
  assert.deepEqual(step(replicaSet('new', 1, 0), [replicaSet('a', 4)], 4, 1, 0), {});
  assert.deepEqual(step(replicaSet('new', 1, 1), [replicaSet('a', 4)], 4, 1, 0), { a: 3 });
  assert.deepEqual(step(replicaSet('new', 4, 4), [replicaSet('a', 1)], 4, 1, 0), { a: 0 });
  assert.deepEqual(step(replicaSet('new', 0), [replicaSet('a', 4)], 4, 0, 1), { a: 3 });
});

test('unhealthy old Pods go first, oldest ReplicaSet first', () => {
  assert.deepEqual(step(replicaSet('new', 1, 0), [replicaSet('a', 2, 0), replicaSet('b', 3, 3)], 3, 3, 0), { a: 0 });
  assert.deepEqual(step(replicaSet('new', 3, 3), [replicaSet('a', 1), replicaSet('b', 1)], 3, 2, 0), { a: 0, b: 0 });
});

test('whatever the Pods do, a rollout ends, within the surge, with enough of them available all the way', () => {
  const size = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(size, size, size, size, fc.infiniteStream(fc.nat()), (replicas, first, maxSurge, unavailable, luck) => {
      const maxUnavailable = Math.min(maxSurge === 0 && unavailable === 0 ? 1 : unavailable, replicas);
      const limits = { replicas, maxSurge, maxUnavailable };
      const current = replicaSet('new', 0);
      const old = [replicaSet('a', Math.min(first, replicas)), replicaSet('b', replicas - Math.min(first, replicas))];
      const all = [current, ...old];
      for (let round = 0; round < 200; round += 1) {
        for (const scaling of rollingStep(current, old, limits)) {
          const { spec, status } = scaling.replicaSet;
          spec.replicas = scaling.replicas;
          if (status) status.availableReplicas = Math.min(status.availableReplicas ?? 0, scaling.replicas);
        }
        assert.ok(sum(all, sizeOf) <= replicas + maxSurge);
        assert.ok(sum(all, ({ status }) => status?.availableReplicas ?? 0) >= replicas - maxUnavailable);
        for (const { spec, status } of all) {
          const missing = (spec.replicas ?? 0) - (status?.availableReplicas ?? 0);
          if (status && missing > 0)
            status.availableReplicas = (status.availableReplicas ?? 0) + ((luck.next().value ?? 0) % (missing + 1));
        }
      }
      assert.deepEqual(all.map(sizeOf), [replicas, 0, 0]);
    }),
    { numRuns: 100 },
  );
});

test('scaling in the middle of a rollout keeps the shares', () => {
  const sized = { [desiredReplicasAnnotation]: '10', [maxReplicasAnnotation]: '13' };
  const current = replicaSet('new', 5, 2, sized);
  const old = replicaSet('old', 8, 8, sized);
  assert.ok(isScalingEvent([current, old], 20));
  assert.ok(!isScalingEvent([current, old], 10));
  const up = scalingStep(current, [current, old], { replicas: 20, maxSurge: 5, maxUnavailable: 5 });
  assert.equal(
    sum(up, ({ replicas }) => replicas),
    25,
  );
  assert.ok(up.every(({ replicaSet: { spec }, replicas }) => replicas > (spec.replicas ?? 0)));
  const down = scalingStep(current, [current, old], { replicas: 5, maxSurge: 2, maxUnavailable: 1 });
  assert.equal(
    sum(down, ({ replicas }) => replicas),
    7,
  );
  const only = scalingStep(current, [current], { replicas: 3, maxSurge: 1, maxUnavailable: 0 });
  assert.deepEqual(only, [{ replicaSet: current, replicas: 3 }]);
});

test('surge and unavailability are shares of the replicas, never both nothing', () => {
  const limits = (replicas: number, rollingUpdate?: object) =>
    rolloutLimits({ spec: { replicas, strategy: { type: 'RollingUpdate', rollingUpdate } } } as Deployment);
  assert.deepEqual(limits(1), { replicas: 1, maxSurge: 1, maxUnavailable: 0 });
  assert.deepEqual(limits(10, { maxSurge: '15%', maxUnavailable: '15%' }), {
    replicas: 10,
    maxSurge: 2,
    maxUnavailable: 1,
  });
  assert.deepEqual(limits(3, { maxSurge: 0, maxUnavailable: 0 }), { replicas: 3, maxSurge: 0, maxUnavailable: 1 });
});
