import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService, Pipeline } from '@serval/api';
import { promotionStageAnnotation, reclaimAnnotation } from '../annotations.ts';
import { pipelinesOf, planReclaim, reclaimFinalizer } from './plan-reclaim.ts';

const pipeline = (reclaim: 'Delete' | 'Retain', metadata: object = {}): Pipeline => ({
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { namespace: 'team', name: 'fraud', ...metadata },
  spec: { stages: [{ name: 'prod', namespace: 'fraud-prod', reclaim }] },
});
const held = { finalizers: [reclaimFinalizer] };
const going = { ...held, deletionTimestamp: '2030-01-01T00:00:00Z' };
const service = (name: string, path?: string, mark?: string, more: object = {}): InferenceService => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: {
    namespace: 'fraud-prod',
    name,
    annotations: {
      ...(path ? { [promotionStageAnnotation]: path } : {}),
      ...(mark ? { [reclaimAnnotation]: mark } : {}),
    },
    ...more,
  },
  spec: { predictor: {} },
});
const prod = 'team/fraud/prod';
const marked = service('marked', prod, 'fraud-prod');
const unmarked = service('unmarked', prod);
const elsewhere = service('copy', prod, 'fraud-prod', { namespace: 'mine' });
const ofGone = service('of-gone', 'team/fraud/canary', 'fraud-prod');
const others = [service('own'), service('other', 'team/other/prod', 'fraud-prod'), elsewhere];

for (const [title, given, services, expected] of [
  ['a stage that retains holds nothing', pipeline('Retain'), [unmarked, ...others], {}],
  [
    'a stage that deletes holds its pipeline, and marks',
    pipeline('Delete'),
    [unmarked, marked, ...others],
    { finalizer: 'add', mark: ['unmarked'] },
  ],
  ['once', pipeline('Delete', held), [marked], {}],
  [
    'a stage that retains again lets go',
    pipeline('Retain', held),
    [marked],
    { finalizer: 'remove', mark: ['-marked'] },
  ],
  ['a stage that is gone', pipeline('Retain'), [ofGone, service('kept', 'team/fraud/canary')], { remove: ['of-gone'] }],
  [
    'a pipeline that goes',
    pipeline('Delete', going),
    [unmarked, marked, ofGone, ...others],
    { remove: ['unmarked', 'marked'] },
  ],
  [
    'waits for them',
    pipeline('Delete', going),
    [service('leaving', prod, 'fraud-prod', { deletionTimestamp: 'now' })],
    {},
  ],
  ['and goes then', pipeline('Delete', going), others, { finalizer: 'remove' }],
  ['also when it was told to retain last', pipeline('Retain', going), [marked], { finalizer: 'remove' }],
] as const) {
  test(`reclaim: ${title}`, () => {
    const { finalizer, remove, mark } = planReclaim(
      given,
      services.filter((one) => pipelinesOf(one).includes('team/fraud')),
    );
    assert.deepEqual(
      {
        ...(finalizer ? { finalizer } : {}),
        ...(remove.length > 0 ? { remove: remove.map(({ metadata }) => metadata.name) } : {}),
        ...(mark.length > 0
          ? { mark: mark.map((one) => `${one.value === null ? '-' : ''}${one.service.metadata.name}`) }
          : {}),
      },
      expected,
    );
  });
}
