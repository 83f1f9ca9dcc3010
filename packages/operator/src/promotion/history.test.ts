import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService, Promotion, PromotionStatus } from '@serval/api';
import { promotionDigestAnnotation, promotionUidAnnotation } from './annotations.ts';
import { isExpired } from './history.ts';

const made = (name: string, minute: number, digest: string, status: PromotionStatus = {}): Promotion => ({
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Promotion',
  metadata: { namespace: 'a', name, uid: name },
  spec: { pipeline: 'fraud', service: 'scorer', from: 'dev', to: 'prod' },
  status: { digest, completedAt: `2030-01-01T00:0${minute}:00Z`, ...status },
});
const brought = (uid: string, digest: string) =>
  ({
    metadata: { annotations: { [promotionUidAnnotation]: uid, [promotionDigestAnnotation]: digest } },
  }) as unknown as InferenceService;

const all = [
  made('one', 1, 'A'),
  made('two', 2, 'B'),
  made('three', 3, 'C', { previous: { digest: 'B' } }),
  made('rejected', 4, 'D'),
  made('failed', 5, 'E'),
  { ...made('open', 6, 'F'), status: {} },
];
const expired = (limit: number, current?: InferenceService) =>
  all.filter((one) => isExpired(one, all, current, limit)).map(({ metadata }) => metadata.name);

for (const [title, limit, current, expected] of [
  ['as many as are kept', 5, undefined, []],
  ['the oldest goes', 4, undefined, ['one']],
  ['all but the last, where the stage has nothing', 1, undefined, ['one', 'two', 'three', 'rejected']],
  ['what the stage has stays, and what it had before', 1, brought('three', 'C'), ['one', 'rejected']],
  ['also when that is the oldest', 1, brought('one', 'A'), ['two', 'three', 'rejected']],
] as const) {
  test(`history: ${title}`, () => assert.deepEqual(expired(limit, current), expected));
}
