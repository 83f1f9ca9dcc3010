import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Promotion, validatePromotion } from './index.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const promotion = (spec: object = {}): Promotion => ({
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Promotion',
  metadata: { name: 'scorer', namespace: 'team-a' },
  spec: { pipeline: 'fraud', service: 'scorer', from: 'test', to: 'prod', ...spec },
});
const paths = (...args: Parameters<typeof validatePromotion>) => validatePromotion(...args).map(({ path }) => path);
const approval = { decision: 'Approved', digest };

test('one source', () => {
  assert.deepEqual(paths(promotion()), []);
  assert.deepEqual(paths(promotion({ from: undefined, digest })), []);
  assert.deepEqual(paths(promotion({ digest })), ['spec.digest']);
  assert.deepEqual(paths(promotion({ from: undefined })), ['spec.from']);
  assert.deepEqual(paths(promotion({ to: 'test' })), ['spec.to']);
});

test('an approval is of something', () => {
  assert.deepEqual(paths(promotion({ approval })), []);
  assert.deepEqual(paths(promotion({ approval: { decision: 'Rejected' } })), []);
  assert.deepEqual(paths(promotion({ approval: { decision: 'Approved' } })), ['spec.approval.digest']);
  assert.deepEqual(paths(promotion({ approval: { decision: 'Approved', digest: 'latest' } })), [
    'spec.approval.digest',
  ]);
});

test('all but a first approval stays', () => {
  assert.deepEqual(paths(promotion({ approval }), promotion()), []);
  assert.deepEqual(paths(promotion({ approval }), promotion({ approval })), []);
  assert.deepEqual(paths(promotion(), promotion({ approval })), ['spec.approval']);
  assert.deepEqual(paths(promotion({ approval: { ...approval, comment: 'no' } }), promotion({ approval })), [
    'spec.approval',
  ]);
  assert.deepEqual(paths(promotion({ pipeline: 'a', service: 'b', from: undefined, digest, to: 'c' }), promotion()), [
    'spec.pipeline',
    'spec.service',
    'spec.from',
    'spec.digest',
    'spec.to',
  ]);
});
