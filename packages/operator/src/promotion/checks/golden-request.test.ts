import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService, PromotionCheck } from '@serval/api';
import { goldenRequestOf } from './golden-request.ts';

const v1 = { instances: [[1]] };
const v2 = { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] };

for (const [title, model, request, path] of [
  ['a V1 body goes where V1 has predictions', {}, { body: v1 }, '/v1/models/scorer:predict'],
  ['a V2 body goes where V2 has them', {}, { body: v2 }, '/v2/models/scorer/infer'],
  ['the service says its protocol', { protocolVersion: 'v2' }, { body: {} }, '/v2/models/scorer/infer'],
  ['the check knows better', { protocolVersion: 'v2' }, { protocol: 'v1', body: v2 }, '/v1/models/scorer:predict'],
  ['a path is taken as it is', {}, { path: '/v1/chat/completions', body: {} }, '/v1/chat/completions'],
  ['another protocol says nothing', { protocolVersion: 'grpc-v2' }, { body: v2 }, '/v2/models/scorer/infer'],
  ['null is no input', {}, { body: { inputs: [null] } }, '/v1/models/scorer:predict'],
] as const) {
  test(title, () => {
    const service = { metadata: { name: 'scorer' }, spec: { predictor: { model } } } as unknown as InferenceService;
    const asked = goldenRequestOf(service, { request } as unknown as PromotionCheck);
    assert.deepEqual(asked, { path, body: JSON.stringify(request.body) });
  });
}
