import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job, Pod } from '@serval/kube/objects';
import { countPods, planJob } from './plan.ts';
import { jobStatus } from './status.ts';

const nowMs = Date.parse('2030-01-01T00:10:00Z');
const now = '2030-01-01T00:10:00Z';

function job(spec: Partial<Job['spec']>, status?: Job['status']): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'train', namespace: 'a', uid: 'j' },
    spec: { template: { spec: { containers: [], restartPolicy: 'Never' } }, ...spec },
    ...(status ? { status } : {}),
  };
}
function pod(phase: 'Running' | 'Succeeded' | 'Failed', finishedAt?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', creationTimestamp: '2030-01-01T00:00:00Z' },
    spec: { containers: [] },
    status: {
      phase,
      ...(finishedAt
        ? {
            containerStatuses: [
              {
                name: 'c',
                ready: false,
                restartCount: 0,
                image: '',
                imageID: '',
                state: { terminated: { exitCode: 1, finishedAt } },
              },
            ],
          }
        : {}),
    },
  };
}
const plan = (wanted: Job, ...pods: Pod[]) => planJob(wanted, pods, countPods(wanted, pods), nowMs);

test('Pods are created as far as parallelism and completions ask for', () => {
  assert.deepEqual(plan(job({ parallelism: 3, completions: 5 })), { kind: 'run', create: 3, remove: [] });
  const pods = [pod('Succeeded'), pod('Succeeded'), pod('Succeeded'), pod('Running')];
  assert.deepEqual(plan(job({ parallelism: 3, completions: 5 }), ...pods), { kind: 'run', create: 1, remove: [] });
  const running = [pod('Running'), pod('Running')];
  assert.equal(plan(job({ parallelism: 1, completions: 5 }), ...running).kind === 'run', true);
  assert.deepEqual(plan(job({ parallelism: 2 }), pod('Succeeded'), pod('Running')), {
    kind: 'run',
    create: 0,
    remove: [],
  });
});

test('a Job completes when enough succeeded', () => {
  const found = plan(job({ completions: 1 }), pod('Succeeded'));
  assert.equal(found.kind === 'end' && found.condition, 'Complete');
  const status = jobStatus(job({ completions: 1 }), countPods(job({}), [pod('Succeeded')]), found, now);
  assert.deepEqual(
    status.conditions?.map(({ type }) => type),
    ['SuccessCriteriaMet', 'Complete'],
  );
  assert.equal(status.completionTime, now);
  assert.equal(status.succeeded, 1);
});

test('failures are waited for longer and longer, until the limit', () => {
  const failed = pod('Failed', '2030-01-01T00:09:55Z');
  assert.deepEqual(plan(job({ completions: 1 }), failed), { kind: 'run', create: 0, remove: [], requeueAfterMs: 5000 });
  const old = pod('Failed', '2030-01-01T00:01:00Z');
  assert.deepEqual(plan(job({ completions: 1 }), old, old), { kind: 'run', create: 1, remove: [] });
  const over = plan(job({ completions: 1, backoffLimit: 1 }), old, old);
  assert.equal(over.kind === 'end' && over.reason, 'BackoffLimitExceeded');
});

test('deadline, suspension and time to live', () => {
  const late = job({ completions: 1, activeDeadlineSeconds: 60 }, { startTime: '2030-01-01T00:00:00Z' });
  const over = plan(late, pod('Running'));
  assert.equal(over.kind === 'end' && over.reason, 'DeadlineExceeded');
  const running = pod('Running');
  assert.deepEqual(plan(job({ suspend: true }), running), { kind: 'suspend', remove: [running] });
  const done = { conditions: [{ type: 'Complete', status: 'True' as const, lastTransitionTime: now }] };
  assert.deepEqual(plan(job({ ttlSecondsAfterFinished: 30 }, done)), { kind: 'finished', deleteAfterMs: 30_000 });
  assert.deepEqual(plan(job({}, done)), { kind: 'finished' });
});
