import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptService } from '@serval/api';
import { promotionDigest } from './digest.ts';

const service = (predictor: object, more: object = {}) => ({ ...more, spec: { predictor } }) as KeptService;
const content = { images: [{ container: 'a', image: 'x@sha256:1' }], modelRevision: 'sha256:2' };
const base = promotionDigest(service({ minReplicas: 1, model: { a: 1, b: 2 } }), content);

test('the order of fields and absent ones make no other digest', () => {
  assert.match(base, /^sha256:[0-9a-f]{64}$/);
  const same = service({ model: { b: 2, a: 1, c: undefined }, minReplicas: 1 });
  assert.equal(promotionDigest(same, { modelRevision: 'sha256:2', images: content.images }), base);
});

for (const [title, other, otherContent] of [
  ['specification', service({ minReplicas: 2, model: { a: 1, b: 2 } }), content],
  ['a label', service({ minReplicas: 1, model: { a: 1, b: 2 } }, { labels: { a: 'b' } }), content],
  ['an image', service({ minReplicas: 1, model: { a: 1, b: 2 } }), { ...content, images: [] }],
  ['the model', service({ minReplicas: 1, model: { a: 1, b: 2 } }), { ...content, modelRevision: 'sha256:3' }],
] satisfies [string, KeptService, object][]) {
  test(`another digest: ${title}`, () => assert.notEqual(promotionDigest(other, otherContent), base));
}
