import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Workload } from '../workload.ts';
import { canaryHealthOf } from './canary-health.ts';
import { settledOf } from './settled.ts';

type Status = Record<string, unknown>;

const ready = { type: 'Ready', status: 'True' };
const tried = { type: 'CanaryPredictorReady', status: 'True' };
const rolledOut = { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1, replicas: 1 };
const upToDate = { transitionStatus: 'UpToDate' };
const blocked = {
  transitionStatus: 'BlockedByFailedLoad',
  lastFailureInfo: { reason: 'ModelLoadFailed', message: 'no trees' },
};
const good: Status = { observedGeneration: 2, conditions: [ready], modelStatus: upToDate };

const workload = (status: Status, deployment: object = rolledOut, replicas = 1): Workload =>
  ({
    service: { metadata: { namespace: 'prod', name: 'scorer', generation: 2 }, spec: { predictor: {} }, status },
    deployments: [{ metadata: { name: 'scorer-predictor', generation: 1 }, spec: { replicas }, status: deployment }],
    pods: replicas === 0 ? [] : [{}],
  }) as unknown as Workload;

for (const [title, given, expected] of [
  ['all of it serves', workload(good), 'settled'],
  [
    'nothing runs, as nobody asks',
    workload(
      { ...good, modelStatus: { transitionStatus: 'InProgress' } },
      { observedGeneration: 1, replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
      0,
    ),
    'settled',
  ],
  ['it was not looked at', workload({ ...good, observedGeneration: 1 }), 'waiting NotObserved'],
  ['it is not Ready', workload({ ...good, conditions: [{ type: 'Ready', status: 'Unknown' }] }), 'waiting NotReady'],
  [
    'it is Ready by its former Pods',
    workload({ ...good, modelStatus: { transitionStatus: 'InProgress' } }),
    'waiting RollingOut',
  ],
  [
    'it is Ready by its former Pods, and its model fails',
    workload({ ...good, modelStatus: blocked }),
    'failed BlockedByFailedLoad',
  ],
  ['a canary is left', workload({ ...good, canaryStatuses: [{ name: 'canary' }] }), 'waiting RollingOut'],
  ['a Deployment is behind', workload(good, { ...rolledOut, updatedReplicas: 0 }), 'waiting RollingOut'],
] as const) {
  test(`settled: ${title}`, () => assert.equal(shown(settledOf(given)), expected));
}

const canary = { name: 'canary', ready: true, trafficPercent: 20, modelStatus: upToDate };
const trying = (more: Status = {}, one: object = canary) =>
  workload({ ...good, conditions: [ready, tried], canaryStatuses: [one], ...more });

for (const [title, given, expected] of [
  ['it has its share and is ready', trying(), 'healthy'],
  ['it was not looked at', trying({ observedGeneration: 1 }), 'waiting NotObserved'],
  ['its share is on its way', trying({}, { ...canary, trafficPercent: 0 }), 'waiting TrafficMoving'],
  ['it is not ready', trying({}, { ...canary, ready: false }), 'waiting CanaryNotReady'],
  ['its model fails', trying({}, { ...canary, modelStatus: blocked }), 'failed BlockedByFailedLoad'],
  ['what serves beside it is not Ready', trying({ conditions: [tried] }), 'waiting NotReady'],
  [
    'nothing can split requests',
    trying({ conditions: [ready, { ...tried, status: 'False', reason: 'NoRoutes' }] }),
    'without',
  ],
  ['its Pods are the same', workload(good), 'without'],
  [
    'nothing served before, and it starts',
    workload({ ...good, modelStatus: { transitionStatus: 'InProgress' } }),
    'waiting RollingOut',
  ],
  ['nothing served before, and it fails', workload({ ...good, modelStatus: blocked }), 'failed BlockedByFailedLoad'],
] as const) {
  test(`canary: ${title}`, () => assert.equal(shown(canaryHealthOf(given, 20)), expected));
}

function shown(health: { state: string; reason?: string }): string {
  return health.reason ? `${health.state} ${health.reason}` : health.state;
}
