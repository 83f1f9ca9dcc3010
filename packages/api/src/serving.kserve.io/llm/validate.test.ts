import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { validateLlmConfig, validateLlmService } from './validate.ts';

function llm(spec: object, name = 'llama'): KubeObject {
  const model = { uri: 'hf://meta-llama/llama' };
  const metadata = { namespace: 'models', name };
  return {
    apiVersion: 'serving.kserve.io/v1alpha2',
    kind: 'LLMInferenceService',
    metadata,
    spec: { model, ...spec },
  } as KubeObject;
}
const pathsOf = (object: KubeObject, old?: KubeObject) => validateLlmService(object, old).map(({ path }) => path);

const model = (fields: object) => ({ model: { uri: 'hf://a/b', ...fields } });
const adapters = (...names: (string | undefined)[]) => model({ lora: { adapters: names.map((name) => ({ name })) } });
const scaling = (fields: object, wva: object = { hpa: {} }) => ({ scaling: { maxReplicas: 3, wva, ...fields } });
const cache = (fileSystem: unknown) => ({ kvCacheOffloading: { cpu: '1Gi', secondary: [{ fileSystem }] } });
const http = (route: object, router: object = {}) => ({ router: { route: { http: route }, ...router } });
const shared = (group: unknown, weight: unknown, more: object = {}) => ({
  router: { route: { group, weight }, ...more },
});
const scheduler = (fields: object) => ({ router: { scheduler: fields } });
const pool = (spec: object) => scheduler({ pool: { spec } });
const refs = [{ name: 'mine' }];
const gateways = [{ name: 'edge', namespace: 'gateways' }];

const [uri, workload, place] = ['spec.model', 'spec.scaling', 'spec.kvCacheOffloading.secondary[0].fileSystem'];
const [route, picks] = ['spec.router.route', 'spec.router.scheduler'];
const adapterNames = [0, 1, 2].map((index) => `spec.model.lora.adapters[${index}].name`);

const rules: [rule: string, spec: object, expected: unknown[]][] = [
  ['a model is enough', {}, []],
  ['adapters have names of their own', adapters('sql', 'poems'), []],
  ['an adapter without a name cannot be asked for', adapters('sql', undefined, ''), adapterNames.slice(1)],
  ['a folder cannot have the name of an adapter', adapters('..', '.'), adapterNames.slice(0, 2)],
  ['a name of an adapter is there once', adapters('sql', 'poems', 'sql'), [adapterNames[2]]],
  ['an adapter is not called as its model is', adapters('llama'), [adapterNames[0]]],
  ['adapters are a list', model({ lora: { adapters: { name: 'sql' } } }), [`${uri}.lora.adapters`]],
  ['a key names its place', model({ confidential: { enabled: true, resourceId: 'kbs:///a/b/c' } }), []],
  ['a key may come later', model({ confidential: { enabled: true } }), []],
  [
    'a key is at a place of a key broker',
    model({ confidential: { enabled: true, resourceId: 'kbs:///a b/c/d' } }),
    [`${uri}.confidential.resourceId`],
  ],
  ['what is not asked for is not looked at', model({ confidential: { enabled: false, resourceId: 'a/b' } }), []],

  ['a worker with a pipeline', { worker: {}, parallelism: { pipeline: 2 } }, []],
  ['a worker with data', { worker: {}, parallelism: { data: 4, dataLocal: 2 } }, []],
  ['a worker needs to know how many there are', { worker: {}, parallelism: { tensor: 2 } }, ['spec.parallelism']],
  ['data and pipeline are two ways', { parallelism: { pipeline: 2, data: 4, dataLocal: 2 } }, ['spec.parallelism']],
  ['data needs dataLocal', { parallelism: { data: 4 } }, ['spec.parallelism.dataLocal']],
  ['dataLocal needs data', { prefill: { parallelism: { dataLocal: 4 } } }, ['spec.prefill.parallelism.data']],

  ['scaling by an HPA', scaling({ minReplicas: 1 }), []],
  ['scaling by KEDA', scaling({ minReplicas: 2 }, { keda: { idleReplicaCount: 1 } }), []],
  ['scaling or a fixed number', { replicas: 2, ...scaling({}) }, [workload]],
  ['the least is at most the most', scaling({ minReplicas: 4 }), [`${workload}.minReplicas`]],
  ['scaling says by what', { scaling: { maxReplicas: 2 } }, [`${workload}.wva`]],
  ['scaling has one actuator', scaling({}, {}), [`${workload}.wva`]],
  ['scaling has only one actuator', scaling({}, { hpa: {}, keda: {} }), [`${workload}.wva`]],
  [
    'idle is less than the least',
    scaling({ minReplicas: 1 }, { keda: { idleReplicaCount: 1 } }),
    [`${workload}.wva.keda.idleReplicaCount`],
  ],
  ['idle needs a least', scaling({}, { keda: { idleReplicaCount: 1 } }), [`${workload}.minReplicas`]],
  [
    'modifiers are the autoscaler’s',
    scaling({}, { keda: { advanced: { scalingModifiers: { formula: 'a' } } } }),
    [`${workload}.wva.keda.advanced.scalingModifiers`],
  ],
  ['empty modifiers are none', scaling({}, { keda: { advanced: { scalingModifiers: { formula: '' } } } }), []],
  [
    'the name of the HPA is the controller’s',
    scaling({}, { keda: { advanced: { horizontalPodAutoscalerConfig: { name: 'a' } } } }),
    [`${workload}.wva.keda.advanced.horizontalPodAutoscalerConfig.name`],
  ],
  [
    'both stages scale by the same means',
    { ...scaling({}), prefill: scaling({}, { keda: {} }) },
    ['spec.prefill.scaling.wva'],
  ],
  ['prefill is checked as well', { prefill: scaling({ minReplicas: 9 }) }, ['spec.prefill.scaling.minReplicas']],

  ['a cache on the node', cache({ emptyDir: { size: '1Gi' } }), []],
  ['a cache in a claim', cache({ pvc: { ref: { name: 'cache' } } }), []],
  ['a further place is a volume', cache(undefined), [place]],
  ['a volume of some kind', cache({}), [place]],
  ['a volume of one kind', cache({ emptyDir: {}, pvc: { ref: { name: 'a' } } }), [place]],
  ['a claim that is there or is made', cache({ pvc: {} }), [`${place}.pvc`]],
  ['not a claim that is both', cache({ pvc: { ref: { name: 'a' }, spec: {} } }), [`${place}.pvc`]],
  ['a claim has a name', cache({ pvc: { ref: { name: '' } } }), [`${place}.pvc.ref.name`]],
  ['prefill’s cache too', { prefill: cache({}) }, [place.replace('spec.', 'spec.prefill.')]],

  ['routes that are there', http({ refs }), []],
  ['a route of ours', http({ spec: { rules: [] } }, { gateway: { refs: gateways } }), []],
  ['a route of ours or theirs', http({ refs, spec: {} }), [`${route}.http`]],
  ['their routes have their Gateway', http({ refs }, { gateway: {} }), [`${route}.http.refs`]],
  ['the same Gateways', http({ spec: { parentRefs: gateways } }, { gateway: { refs: gateways } }), []],
  [
    'not other Gateways',
    http({ spec: { parentRefs: refs } }, { gateway: { refs: gateways } }),
    [`${route}.http.spec.parentRefs`],
  ],
  ['a share of a group', shared('chat', 10), []],
  ['a share needs its group', shared(undefined, 10), [`${route}.group`]],
  ['a group needs a share', shared('chat', undefined), [`${route}.weight`]],
  ['an Ingress is not shared', shared('chat', 10, { ingress: {} }), [`${route}.group`]],
  [
    'their route is not shared',
    { router: { route: { group: 'chat', weight: 1, http: { refs } } } },
    [`${route}.group`],
  ],

  ['an empty scheduler', scheduler({}), []],
  ['a scheduler that runs', scheduler({ replicas: 0 }), [`${picks}.replicas`]],
  ['settings of it', scheduler({ config: { inline: { plugins: [] } } }), []],
  ['settings somewhere', scheduler({ config: {} }), [`${picks}.config`]],
  [
    'settings in one place',
    scheduler({ config: { inline: { a: 1 }, ref: { name: 'a', key: 'b' } } }),
    [`${picks}.config`],
  ],
  ['settings that say something', scheduler({ config: { inline: {} } }), [`${picks}.config.inline`]],
  ['settings in a ConfigMap with a name', scheduler({ config: { ref: { key: 'b' } } }), [`${picks}.config.ref.name`]],
  ['a pool', pool({ selector: { matchLabels: { app: 'a' } }, targetPorts: [{ number: 8000 }] }), []],
  [
    'ports of a pool',
    pool({ targetPorts: [{ number: 0 }, { number: 65536 }] }),
    [0, 1].map((i) => `${picks}.pool.spec.targetPorts[${i}].number`),
  ],
  [
    'the port of a pool, as v1alpha1 has it',
    pool({ targetPortNumber: 70_000 }),
    [`${picks}.pool.spec.targetPortNumber`],
  ],
  [
    'labels of a pool',
    pool({ selector: { matchLabels: { app: 'a b' } } }),
    [`${picks}.pool.spec.selector.matchLabels.app`],
  ],
  ['labels of a pool, as v1alpha1 has them', pool({ selector: { app: '-' } }), [`${picks}.pool.spec.selector.app`]],
];
for (const [rule, spec, expected] of rules) {
  test(rule, () => assert.deepEqual(pathsOf(llm(spec)), expected));
}

test('a service without spec is told what it needs', () => {
  const { spec: _, ...object } = llm({}) as KubeObject & { spec: object };
  assert.deepEqual(pathsOf(object), ['spec']);
});

const spread = (parallelism: object | undefined, prefill?: object) =>
  llm({ parallelism, ...(prefill ? { prefill } : {}) });
const changes: [rule: string, old: KubeObject, now: KubeObject, expected: string[]][] = [
  ['a group keeps its size', spread({ pipeline: 2 }), spread({ pipeline: 3 }), ['spec.parallelism']],
  ['no parallelism is one node', spread(undefined), spread({ pipeline: 2 }), ['spec.parallelism']],
  ['tensor is within a node', spread({ tensor: 2 }), spread({ tensor: 4 }), []],
  ['the same size in another way', spread({ pipeline: 2 }), spread({ data: 4, dataLocal: 2 }), []],
  [
    'prefill keeps its size',
    spread({}, { parallelism: { data: 4, dataLocal: 2 } }),
    spread({}, { parallelism: { data: 8, dataLocal: 2 } }),
    ['spec.prefill.parallelism'],
  ],
  ['prefill may come and go', spread({}), spread({}, { parallelism: { pipeline: 2 } }), []],
];
for (const [rule, old, now, expected] of changes) {
  test(`changed: ${rule}`, () => assert.deepEqual(pathsOf(now, old), expected));
}

test('every error says what is expected', () => {
  for (const [, spec] of rules) {
    for (const { message } of validateLlmService(llm(spec))) assert.match(message, /^must |; got /);
  }
});

test('a configuration is a part of a service, and laid over nothing', () => {
  const paths = (spec: object) => validateLlmConfig({ ...llm({}), spec } as KubeObject).map(({ path }) => path);
  assert.deepEqual(paths({}), []);
  assert.deepEqual(paths({ worker: {}, router: { scheduler: { config: {} } } }), []);
  assert.deepEqual(paths({ baseRefs: [{ name: 'a' }] }), ['spec.baseRefs']);
  assert.deepEqual(paths({ router: { scheduler: { replicas: 0 } } }), ['spec.router.scheduler.replicas']);
});

for (const [what, annotations, names] of [
  [
    'all that can be asked',
    { 'device-class': 'gpu.example.com', 'device-count': '2', 'cel-selector': 'a\nb', 'container-name': 'main' },
    [],
  ],
  ['devices need a class', { 'device-count': '2' }, ['device-class']],
  ['a class has a name', { 'device-class': 'GPU' }, ['device-class']],
  ['a class is not empty', { 'device-class': ' ' }, ['device-class']],
  ['there is at least one device', { 'device-class': 'gpu', 'device-count': '0' }, ['device-count']],
  ['an empty count is the default', { 'device-class': 'gpu', 'device-count': '' }, []],
  ['a selector selects', { 'device-class': 'gpu', 'cel-selector': ' \n ' }, ['cel-selector']],
  ['a container has a name', { 'device-class': 'gpu', 'container-name': 'a.b' }, ['container-name']],
] as const) {
  test(`annotations for devices: ${what}`, () => {
    const given = Object.entries(annotations).map(([name, text]) => [`serving.kserve.io/exp-dra-${name}`, text]);
    const service = {
      apiVersion: 'serving.kserve.io/v1alpha2',
      kind: 'LLMInferenceService',
      metadata: { name: 'llm', annotations: Object.fromEntries(given) },
      spec: { model: { uri: 'hf://a/b' } },
    };
    assert.deepEqual(
      validateLlmService(service).map(({ path }) => path),
      names.map((name) => `metadata.annotations[serving.kserve.io/exp-dra-${name}]`),
    );
  });
}
