import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Promotion, PromotionSpec, PromotionStatus } from '@serval/api';
import { aheadOf } from './queue.ts';

const made = (
  name: string,
  minute: number,
  status: PromotionStatus = {},
  spec: Partial<PromotionSpec> = {},
): Promotion => ({
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Promotion',
  metadata: { namespace: 'a', name, uid: name, creationTimestamp: `2030-01-01T00:0${minute}:00Z` },
  spec: { pipeline: 'fraud', service: 'scorer', from: 'dev', to: 'prod', ...spec },
  status,
});
const begun = { startedAt: '2030-01-01T00:09:00Z' };
const ended = { ...begun, completedAt: '2030-01-01T00:09:30Z' };
const me = made('me', 5);

for (const [title, others, expected] of [
  ['nobody else', [me], undefined],
  ['who was there first', [me, made('first', 1), made('second', 2)], 'first'],
  ['who comes later', [me, made('later', 6)], undefined],
  ['who has begun, though it was made later', [me, made('later', 6, begun)], 'later'],
  ['who has ended', [me, made('first', 1, ended)], undefined],
  ['of the same second, the name decides', [me, made('a', 5), made('z', 5)], 'a'],
  ['another service', [me, made('first', 1, {}, { service: 'other' })], undefined],
  ['another stage', [me, made('first', 1, {}, { to: 'test' })], undefined],
  ['another pipeline', [me, made('first', 1, {}, { pipeline: 'other' })], undefined],
] as const) {
  test(`ahead: ${title}`, () => assert.equal(aheadOf(me, others)?.metadata.name, expected));
}
