import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { defaultLlmService } from './defaults.ts';

const llm = (spec: object, metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'serving.kserve.io/v1alpha2',
    kind: 'LLMInferenceService',
    metadata: { name: 'llama', ...metadata },
    spec,
  }) as KubeObject;
const label = { 'internal.serving.kserve.io/routing-group': 'chat' };
const grouped = { router: { route: { group: 'chat', weight: 1 } } };

const cases: [rule: string, object: KubeObject, expected: KubeObject][] = [
  ['a model has the name of its service', llm({ model: { uri: 'a' } }), llm({ model: { uri: 'a', name: 'llama' } })],
  ['an empty name is none', llm({ model: { name: '' } }), llm({ model: { name: 'llama' } })],
  ['its own name stays', llm({ model: { name: 'own' } }), llm({ model: { name: 'own' } })],
  ['no model, no name', llm({}), llm({})],
  [
    'no name yet, no name of the model',
    llm({ model: { uri: 'a' } }, { name: undefined, generateName: 'llama-' }),
    llm({ model: { uri: 'a' } }, { name: undefined, generateName: 'llama-' }),
  ],
  ['a group is a label too', llm(grouped, { labels: { a: 'b' } }), llm(grouped, { labels: { a: 'b', ...label } })],
  ['who leaves a group loses the label', llm({}, { labels: { a: 'b', ...label } }), llm({}, { labels: { a: 'b' } })],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => {
    const before = structuredClone(object);
    assert.deepEqual(defaultLlmService(object), expected);
    assert.deepEqual(object, before);
    assert.deepEqual(defaultLlmService(expected), expected, 'twice is the same');
  });
}
