import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deployment, findCondition, type ReplicaSet } from '@serval/kube/objects';
import { deploymentStatus } from './status.ts';

const nowMs = Date.parse('2030-01-01T00:20:00Z');
const template = { spec: { containers: [] } };

function deployment(status?: Deployment['status'], spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', generation: 2 },
    spec: { replicas: 2, selector: {}, template, progressDeadlineSeconds: 600, ...spec },
    ...(status ? { status } : {}),
  };
}
function current(replicas: number, ready: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-abc', uid: 'r' },
    spec: { replicas: 2, selector: {}, template },
    status: { replicas, readyReplicas: ready, availableReplicas: ready },
  };
}
const statusOf = (wanted: Deployment, replicaSet: ReplicaSet, more: object = {}) =>
  deploymentStatus({
    deployment: wanted,
    current: replicaSet,
    all: [replicaSet],
    nowMs,
    now: '2030-01-01T00:20:00Z',
    ...more,
  });

test('a Deployment is created, progresses, is available, and the same again changes nothing', () => {
  const created = statusOf(deployment(), current(0, 0), { currentIs: 'created' }).status;
  assert.deepEqual(findCondition(created.conditions, 'Progressing')?.reason, 'NewReplicaSetCreated');
  assert.equal(findCondition(created.conditions, 'Available')?.reason, 'MinimumReplicasUnavailable');
  assert.equal(created.unavailableReplicas, 2);
  const progressing = statusOf(deployment(created), current(2, 1)).status;
  assert.equal(findCondition(progressing.conditions, 'Progressing')?.reason, 'ReplicaSetUpdated');
  assert.equal(findCondition(progressing.conditions, 'Available')?.status, 'False');
  const done = statusOf(deployment(progressing), current(2, 2)).status;
  assert.equal(
    findCondition(done.conditions, 'Progressing')?.message,
    'ReplicaSet "web-abc" has successfully progressed.',
  );
  assert.deepEqual(
    { ...done, conditions: [] },
    { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [] },
  );
  assert.deepEqual(statusOf(deployment(done), current(2, 2)), { status: done });
});

test('no progress for longer than the deadline is told, and when to look is known before', () => {
  const stuck: Deployment['status'] = {
    observedGeneration: 2,
    replicas: 2,
    updatedReplicas: 2,
    conditions: [
      {
        type: 'Progressing',
        status: 'True',
        reason: 'ReplicaSetUpdated',
        message: 'ReplicaSet "web-abc" is progressing.',
        lastUpdateTime: '2030-01-01T00:11:00Z',
        lastTransitionTime: '2030-01-01T00:11:00Z',
      },
    ],
  };
  assert.equal(statusOf(deployment(stuck), current(2, 0)).requeueAfterMs, 61_000);
  const late = statusOf(deployment(stuck, { progressDeadlineSeconds: 60 }), current(2, 0));
  const condition = findCondition(late.status.conditions, 'Progressing');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'ProgressDeadlineExceeded']);
  assert.equal(condition?.message, 'ReplicaSet "web-abc" has timed out progressing.');
  assert.equal(late.requeueAfterMs, undefined);
});

test('a paused Deployment says so, and that it was resumed', () => {
  const paused = statusOf(deployment(undefined, { paused: true }), current(2, 2)).status;
  assert.deepEqual(findCondition(paused.conditions, 'Progressing')?.status, 'Unknown');
  const resumed = statusOf(deployment(paused), current(2, 2)).status;
  assert.equal(findCondition(resumed.conditions, 'Progressing')?.reason, 'DeploymentResumed');
});
