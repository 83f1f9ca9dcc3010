import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService } from '@serval/api';
import { checkReady } from './ready.ts';

function service(status: object | undefined, metadata: object = {}): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'scorer', namespace: 'dev', generation: 3, ...metadata },
    spec: { predictor: {} },
    ...(status ? { status } : {}),
  } as InferenceService;
}

const ready = (status: string, more: object = {}) => ({ conditions: [{ type: 'Ready', status, ...more }] });

for (const [title, given, state, message] of [
  ['Ready as it is written passes', service({ observedGeneration: 3, ...ready('True') }), 'passed', undefined],
  [
    'Ready of an earlier generation waits',
    service({ observedGeneration: 2, ...ready('True') }),
    'waiting',
    /not looked/,
  ],
  ['without any status it waits', service(undefined), 'waiting', /dev\/scorer was not looked at/],
  [
    'what is wrong is told',
    service({ observedGeneration: 3, ...ready('False', { reason: 'ObjectNotFound', message: 'no object' }) }),
    'waiting',
    /^InferenceService dev\/scorer is not Ready: ObjectNotFound: no object$/,
  ],
  [
    'an unknown state is not Ready',
    service({ observedGeneration: 3, ...ready('Unknown') }),
    'waiting',
    /is not Ready$/,
  ],
  [
    'what is being deleted is not promoted',
    service({ observedGeneration: 3, ...ready('True') }, { deletionTimestamp: '2030-01-01T00:00:00Z' }),
    'failed',
    /is being deleted/,
  ],
] as const) {
  test(title, () => {
    const result = checkReady(given);
    assert.equal(result.state, state);
    if (message && result.state !== 'passed') assert.match(result.message, message);
  });
}
