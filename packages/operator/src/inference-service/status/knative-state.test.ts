import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, KnativeService, Pod } from '@serval/kube/objects';
import { pod } from '../testing.ts';
import { knativeState } from './knative-state.ts';

const condition = (type: string, status: Condition['status'], reason?: string): Condition => ({
  type,
  status,
  ...(reason ? { reason, message: `${reason} it is` } : {}),
});

function knative(conditions: Condition[], observedGeneration = 2): KnativeService {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'a', generation: 2 },
    spec: { template: { spec: { containers: [] } } },
    status: {
      observedGeneration,
      conditions,
      latestCreatedRevisionName: 'a-2',
      latestReadyRevisionName: 'a-2',
    },
  };
}

function podOf(revision: string, more: Parameters<typeof pod>[2]): Pod {
  const made = pod(`${revision}-x`, 1, more);
  return { ...made, metadata: { ...made.metadata, labels: { 'serving.knative.dev/revision': revision } } };
}
const crashing = { server: { lastState: { terminated: { exitCode: 3, message: 'not a model', finishedAt: '' } } } };
const pending = 'KnativeServicePending';

const cases: [rule: string, service: KnativeService | undefined, pods: Pod[], expected: string][] = [
  ['nothing is there', undefined, [], `Unknown ${pending} the Knative Service is not there yet`],
  ['Knative has not seen it', knative([]), [], `Unknown ${pending} Knative has not acted on Service a yet`],
  [
    'Knative has seen the one before',
    knative([condition('Ready', 'True')], 1),
    [],
    `Unknown ${pending} Knative has not acted on Service a yet`,
  ],
  ['it is ready', knative([condition('Ready', 'True')]), [], 'True'],
  [
    'Knative says why not',
    knative([condition('Ready', 'False', 'RevisionMissing')]),
    [],
    'False RevisionMissing Knative Service a: RevisionMissing: RevisionMissing it is',
  ],
  [
    'Knative does not say why',
    knative([condition('Ready', 'Unknown')]),
    [],
    'Unknown KnativeReady Knative Service a: Ready is Unknown',
  ],
  [
    'a Pod says more than Knative',
    knative([condition('Ready', 'Unknown', 'Deploying')]),
    [podOf('a-2', crashing)],
    'False ModelLoadFailed Pod a-2-x: container kserve-container exited with code 3: not a model',
  ],
  [
    'a Pod of another revision says nothing',
    knative([condition('Ready', 'Unknown', 'Deploying')]),
    [podOf('a-1', crashing)],
    'Unknown Deploying Knative Service a: Deploying: Deploying it is',
  ],
  [
    'a Pod that fails beside others that serve',
    knative([condition('Ready', 'True')]),
    [podOf('a-2', crashing)],
    'True',
  ],
];

for (const [rule, service, pods, expected] of cases) {
  test(rule, () => {
    const { status, reason, message } = knativeState(service, pods).ready;
    assert.equal([status, reason, message].filter(Boolean).join(' '), expected);
  });
}

test('Pods of every revision serve, and those of the newest are to', () => {
  const state = knativeState(knative([condition('Ready', 'True')]), [
    podOf('a-1', { ready: true }),
    podOf('a-2', { ready: true }),
  ]);
  assert.equal(state.readyPods, 2);
  assert.equal(state.targets.length, 1);
  assert.equal(state.rolledOut, true);
});
