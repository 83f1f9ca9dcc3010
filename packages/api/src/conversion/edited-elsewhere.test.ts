import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { ConversionError, convertObject, lostInConversionAnnotation } from './index.ts';

type Fields = Record<string, unknown>;
type Llm = KubeObject & { spec: Fields; status: Fields };
const [older, hub] = ['serving.kserve.io/v1alpha1', 'serving.kserve.io/v1alpha2'];
const criticality = 'internal.serving.kserve.io/model-criticality';
const cache = { cpu: '8Gi', evictionPolicy: 'arc' };
const address = (name: string) => ({ name, url: `https://${name}`, models: [{ name: `model-of-${name}` }] });

function stored(): Llm {
  return {
    apiVersion: hub,
    kind: 'LLMInferenceService',
    metadata: { namespace: 'models', name: 'llama', annotations: { [criticality]: 'Critical' } },
    spec: {
      model: { uri: 'hf://a/b', confidential: { enabled: true, resourceId: 'kbs:///a/b/c' } },
      kvCacheOffloading: cache,
      prefill: { replicas: 2, kvCacheOffloading: cache },
      router: {
        scheduler: {
          pool: {
            spec: {
              selector: { matchLabels: { app: 'llama' } },
              targetPorts: [{ number: 8000 }, { number: 8001 }],
              appProtocol: 'kubernetes.io/h2c',
              endpointPickerRef: { name: 'picker', port: { number: 9002 } },
            },
          },
        },
      },
    },
    status: {
      url: 'https://a',
      addresses: [address('a'), address('b')],
      workloads: { primary: { kind: 'D', name: 'x' } },
    },
  } as unknown as Llm;
}

/** What the stored object becomes when somebody edits it in v1alpha1. */
function afterEdit(edit: (told: Llm) => void): Llm {
  const told = convertObject(stored(), older) as Llm;
  edit(told);
  return convertObject(told, hub) as Llm;
}

/** The stored object with a change. */
function expected(change: (object: Llm) => void): Llm {
  const object = stored();
  change(object);
  return object;
}

function at(object: unknown, ...path: string[]): Fields {
  return path.reduce((found, name) => (found as Fields)[name], object) as Fields;
}
const poolOf = (object: Llm) => at(object, 'spec', 'router', 'scheduler', 'pool', 'spec');
const shown = (name: string) => ({ name, url: `https://${name}` });

const cases: [what: string, edit: (told: Llm) => void, change: (object: Llm) => void][] = [
  ['nothing', () => undefined, () => undefined],
  [
    'a field that both have',
    ({ spec }) => Object.assign(spec, { replicas: 3 }),
    ({ spec }) => Object.assign(spec, { replicas: 3 }),
  ],
  [
    'a parent that is removed takes what it hid with it',
    ({ spec }) => delete spec['prefill'],
    ({ spec }) => delete spec['prefill'],
  ],
  [
    'a criticality that is changed',
    (told) => Object.assign(at(told, 'spec', 'model'), { criticality: 'Sheddable' }),
    ({ metadata }) => Object.assign(metadata.annotations ?? {}, { [criticality]: 'Sheddable' }),
  ],
  [
    'a criticality that is taken away',
    (told) => delete at(told, 'spec', 'model')['criticality'],
    ({ metadata }) => delete metadata.annotations,
  ],
  [
    'a model that is exchanged keeps how it is protected, as long as there is a model',
    (told) => Object.assign(at(told, 'spec', 'model'), { uri: 'hf://c/d' }),
    (object) => Object.assign(at(object, 'spec', 'model'), { uri: 'hf://c/d' }),
  ],
  [
    'the port that is shown, not those that are hidden',
    (told) => Object.assign(poolOf(told), { targetPortNumber: 9000 }),
    (object) => Object.assign(poolOf(object), { targetPorts: [{ number: 9000 }, { number: 8001 }] }),
  ],
  [
    'a port that becomes a hidden one is there once',
    (told) => Object.assign(poolOf(told), { targetPortNumber: 8001 }),
    (object) => Object.assign(poolOf(object), { targetPorts: [{ number: 8001 }] }),
  ],
  [
    'items that are moved',
    ({ status }) => (status['addresses'] as unknown[]).reverse(),
    ({ status }) => (status['addresses'] as unknown[]).reverse(),
  ],
  [
    'an item that is removed',
    ({ status }) => (status['addresses'] as unknown[]).shift(),
    ({ status }) => (status['addresses'] as unknown[]).shift(),
  ],
  [
    'an item that is added in front',
    ({ status }) => (status['addresses'] as unknown[]).unshift(shown('c')),
    ({ status }) => (status['addresses'] as unknown[]).unshift(shown('c')),
  ],
  [
    'an item that is edited keeps what is hidden of it',
    ({ status }) => Object.assign((status['addresses'] as Fields[])[1] ?? {}, { audience: 'me' }),
    ({ status }) => Object.assign((status['addresses'] as Fields[])[1] ?? {}, { audience: 'me' }),
  ],
  [
    'an item that became another one does not inherit',
    ({ status }) => (status['addresses'] as unknown[]).splice(1, 1, shown('c')),
    ({ status }) => (status['addresses'] as unknown[]).splice(1, 1, shown('c')),
  ],
  [
    'other annotations',
    ({ metadata }) => Object.assign(metadata.annotations ?? {}, { note: 'x' }),
    ({ metadata }) => Object.assign(metadata.annotations ?? {}, { note: 'x' }),
  ],
  ['a status that is taken away', (told) => delete at(told)['status'], (object) => delete at(object)['status']],
];
for (const [what, edit, change] of cases) {
  test(`edited in the other version: ${what}`, () => {
    assert.deepEqual(afterEdit(edit), expected(change));
  });
}

test('without the annotation, what was hidden is gone, and nothing else', () => {
  const { spec, metadata } = afterEdit((told) => delete told.metadata.annotations?.[lostInConversionAnnotation]);
  assert.equal(spec['kvCacheOffloading'], undefined);
  assert.deepEqual(metadata.annotations, { [criticality]: 'Critical' });
});

test('a part of the annotation that fits no longer keeps none of the others out', () => {
  const part = (path: string[], value: unknown) => ({ path, value });
  const told = convertObject(stored(), older) as Llm;
  const parts = [
    part(['spec', 'kvCacheOffloading'], { cpu: { much: true } }),
    part(['spec', 'prefill', 'kvCacheOffloading'], cache),
    part(['spec', 'replicas'], 'many'),
  ];
  Object.assign(told.metadata.annotations ?? {}, {
    [lostInConversionAnnotation]: JSON.stringify({ version: 'v1alpha2', parts }),
  });
  const { spec } = convertObject(told, hub) as Llm;
  assert.deepEqual(Object.keys(spec).sort(), ['model', 'prefill', 'router']);
  assert.deepEqual(at(spec, 'prefill')['kvCacheOffloading'], cache);
});

test('annotations that would become too large are an error with name and numbers', () => {
  const object = stored();
  const claim = { storageClassName: 'ü'.repeat(140_000) };
  object.spec['kvCacheOffloading'] = { cpu: '1Gi', secondary: [{ fileSystem: { pvc: { spec: claim } } }] };
  assert.throws(
    () => convertObject(object, older),
    (error) =>
      error instanceof ConversionError &&
      /^LLMInferenceService models\/llama cannot be told in .*v1alpha1: .* to 28\d{4} bytes, and 262144 is the most/.test(
        error.message,
      ),
  );
});

test('a large annotation that nobody meant costs little', () => {
  const told = convertObject(stored(), older) as Llm;
  const list = Array.from({ length: 100 }, (_, index) => index);
  const part = { path: ['status', 'addresses'], was: list, value: list };
  const wrong = Array.from({ length: 2000 }, (_, index) => ({ path: ['spec', 'labels', `l${index}`], value: index }));
  const parts = [...Array.from({ length: 200 }, () => part), ...wrong];
  const text = JSON.stringify({ version: 'v1alpha2', parts });
  assert.ok(text.length > 200_000);
  Object.assign(told.metadata.annotations ?? {}, { [lostInConversionAnnotation]: text });
  told.status['addresses'] = list.map((index) => shown(`a${index}`));
  told.spec['labels'] = {};
  const { spec, status } = convertObject(told, hub) as Llm;
  assert.deepEqual([spec['labels'], (status['addresses'] as unknown[]).length], [{}, list.length]);
});
