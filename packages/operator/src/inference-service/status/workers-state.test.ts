import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '@serval/kube/objects';
import type { ObservedComponent } from '../observe.ts';
import type { Component } from '../render/component.ts';
import { pod, settledWorld, withoutAvailablePods } from '../testing.ts';
import { setState } from './component-state.ts';

const head = { name: 'llm-predictor', worker: { name: 'llm-predictor-worker' } } as Component;
const { deployment, replicaSets, pods } = settledWorld();
const ready: ObservedComponent = { deployment, replicaSets, pods };
const notThere: ObservedComponent = { deployment: undefined, replicaSets: [], pods: [] };
const crash = { server: { lastState: { terminated: { exitCode: 3, message: 'no GPU', finishedAt: '' } } } };
const failing = withoutAvailablePods(settledWorld(), [pod('a', 1, crash)]);
const alone: ObservedComponent = {
  ...notThere,
  deployment: {
    ...(deployment as Deployment),
    spec: { ...(deployment as Deployment).spec, replicas: 0 },
  },
};

const cases: [rule: string, head: ObservedComponent, workers: ObservedComponent, expected: string][] = [
  ['head and workers are there', ready, ready, 'True'],
  ['no workers are needed', ready, alone, 'True'],
  [
    'the workers are not there yet',
    ready,
    notThere,
    'Unknown DeploymentPending workers: the Deployment is not there yet',
  ],
  ['the head is not there yet', notThere, ready, 'Unknown DeploymentPending the Deployment is not there yet'],
  [
    'a worker fails',
    ready,
    failing,
    'False ModelLoadFailed workers: Pod a: container kserve-container exited with code 3: no GPU',
  ],
  [
    'a worker fails, which the head waits for',
    notThere,
    failing,
    'False ModelLoadFailed workers: Pod a: container kserve-container exited with code 3: no GPU',
  ],
  [
    'the head fails',
    failing,
    notThere,
    'False ModelLoadFailed Pod a: container kserve-container exited with code 3: no GPU',
  ],
];

for (const [rule, first, workers, expected] of cases) {
  test(rule, () => {
    const state = setState(
      head,
      new Map([
        ['llm-predictor', first],
        ['llm-predictor-worker', workers],
      ]),
    );
    const { status, reason, message } = state.ready;
    assert.equal([status, reason, message].filter(Boolean).join(' '), expected);
    assert.equal(state.rolledOut, expected === 'True');
  });
}
