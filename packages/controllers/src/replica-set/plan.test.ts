import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, ReplicaSet } from '@serval/kube/objects';
import { planClaim } from '../shared/claim.ts';
import { slowStart } from '../shared/slow-start.ts';
import { planReplicas } from './plan.ts';
import { rankForDeletion } from './rank.ts';
import { replicaSetStatus } from './status.ts';

const now = '2030-01-01T01:00:00Z';

function pod(
  name: string,
  more: {
    phase?: 'Pending' | 'Running' | 'Failed';
    node?: string;
    readySince?: string;
    cost?: string;
    deleting?: boolean;
    created?: string;
  } = {},
): Pod {
  const { phase = 'Running', node = 'n1', readySince, cost, deleting, created = '2030-01-01T00:00:00Z' } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: created,
      ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
      ...(deleting ? { deletionTimestamp: now } : {}),
    },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status: {
      phase,
      conditions: readySince ? [{ type: 'Ready', status: 'True', lastTransitionTime: readySince }] : [],
    },
  };
}
const ready = '2030-01-01T00:30:00Z';
const replicaSet: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', uid: 'r', generation: 3 },
  spec: { replicas: 2, selector: {}, template: { spec: { containers: [] } } },
};
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);

test('missing Pods are created, surplus ones removed; finished and leaving ones do not count', () => {
  assert.deepEqual(planReplicas(replicaSet, []), { create: 2, remove: [] });
  assert.deepEqual(planReplicas(replicaSet, [pod('a'), pod('b', { phase: 'Failed' }), pod('c', { deleting: true })]), {
    create: 1,
    remove: [],
  });
  const plan = planReplicas(replicaSet, [pod('a', { readySince: ready }), pod('b'), pod('c', { readySince: ready })]);
  assert.deepEqual([plan.create, names(plan.remove)], [0, ['b']]);
  const gone = { ...replicaSet, metadata: { ...replicaSet.metadata, deletionTimestamp: now } };
  assert.deepEqual(planReplicas(gone, []), { create: 0, remove: [] });
});

test('Pods that serve least go first', () => {
  const order = [
    pod('unassigned', { phase: 'Pending', node: '' }),
    pod('pending', { phase: 'Pending' }),
    pod('unready'),
    pod('cheap', { readySince: ready, cost: '-5' }),
    pod('crowded', { readySince: ready, created: '2030-01-01T00:10:00Z' }),
    pod('old', { readySince: '2030-01-01T00:10:00Z', node: 'n2' }),
  ];
  assert.deepEqual(names(rankForDeletion([...order].reverse())), names(order));
});

test('the status counts, and tells when the next Pod becomes available', () => {
  const slow = { ...replicaSet, spec: { ...replicaSet.spec, minReadySeconds: 60 } };
  const pods = [pod('a', { readySince: ready }), pod('b', { readySince: '2030-01-01T00:59:30Z' }), pod('c')];
  const result = replicaSetStatus(slow, pods, { reason: 'FailedCreate', message: 'quota' }, Date.parse(now), now);
  assert.deepEqual(result, {
    status: {
      replicas: 3,
      readyReplicas: 2,
      availableReplicas: 1,
      observedGeneration: 3,
      conditions: [
        { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota', lastTransitionTime: now },
      ],
    },
    requeueAfterMs: 30_000,
  });
});

test('matching Pods without a controller are adopted, own ones that do not match are let go', () => {
  const mine = (object: Pod, labels: Record<string, string>, owner?: string): Pod => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels,
      ...(owner
        ? {
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
          }
        : {}),
    },
  });
  const plan = planClaim(replicaSet, (labels) => labels?.['app'] === 'web', [
    mine(pod('own'), { app: 'web' }, 'r'),
    mine(pod('changed'), { app: 'other' }, 'r'),
    mine(pod('orphan'), { app: 'web' }),
    mine(pod('stranger'), { app: 'other' }),
    mine(pod('theirs'), { app: 'web' }, 'x'),
  ]);
  assert.deepEqual([names(plan.owned), names(plan.adopt), names(plan.release)], [['own'], ['orphan'], ['changed']]);
});

test('a task that fails at once is not tried for every item', async () => {
  let tries = 0;
  const result = await slowStart(Array.from({ length: 100 }), async () => {
    tries += 1;
    if (tries > 3) throw new Error('full');
  });
  assert.match(String(result?.failure), /full/);
  assert.equal(tries, 7);
});
