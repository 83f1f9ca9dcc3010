import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InferenceGraph, type InferenceGraphNode, validateInferenceGraph } from './index.ts';

const graph = (nodes: unknown, metadata: InferenceGraph['metadata'] = {}): InferenceGraph => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'InferenceGraph',
  metadata: { name: 'dogs', ...metadata },
  spec: { nodes: nodes as Record<string, InferenceGraphNode> },
});
const paths = (object: InferenceGraph) => validateInferenceGraph(object).map(({ path }) => path);
const sequence = (...steps: object[]) => ({ routerType: 'Sequence', steps });
const service = { serviceName: 'cat' };

const cases: [rule: string, object: InferenceGraph, expected: string[]][] = [
  ['one service is a graph', graph({ root: sequence(service) }), []],
  ['a name starts with a letter', graph({ root: sequence(service) }, { name: '1dogs' }), ['metadata.name']],
  ['a name may be made up later', graph({ root: sequence(service) }, { name: '', generateName: 'dogs-' }), []],
  ['a root is needed', graph({ start: sequence(service) }), ['spec.nodes']],
  ['nodes are needed', graph(undefined), ['spec.nodes']],
  [
    'step names are unique in their node',
    graph({ root: sequence({ ...service, name: 'a' }, { ...service, name: 'a' }) }),
    ['spec.nodes.root.steps[1].name'],
  ],
  [
    'step names may be there again in another node',
    graph({ root: sequence({ nodeName: 'next', name: 'a' }), next: sequence({ ...service, name: 'a' }) }),
    [],
  ],
  ['a step leads somewhere', graph({ root: sequence({ name: 'a' }) }), ['spec.nodes.root.steps[0]']],
  [
    'a step leads to one place',
    graph({ root: sequence({ ...service, serviceUrl: 'http://a' }) }),
    ['spec.nodes.root.steps[0]'],
  ],
  [
    'a step leads to a node that is there',
    graph({ root: sequence({ nodeName: 'b' }) }),
    ['spec.nodes.root.steps[0].nodeName'],
  ],
  [
    'a service has the name of one',
    graph({ root: sequence({ serviceName: 'A_b' }) }),
    ['spec.nodes.root.steps[0].serviceName'],
  ],
  ['a URL is one', graph({ root: sequence({ serviceUrl: 'cat:8080' }) }), ['spec.nodes.root.steps[0].serviceUrl']],
  [
    'weights are needed in a Splitter',
    graph({ root: { routerType: 'Splitter', steps: [{ ...service, weight: 100 }, service] } }),
    ['spec.nodes.root.steps[1].weight'],
  ],
  [
    'weights sum to 100',
    graph({
      root: {
        routerType: 'Splitter',
        steps: [
          { ...service, weight: 60 },
          { ...service, weight: 50 },
        ],
      },
    }),
    ['spec.nodes.root.steps'],
  ],
  ['weights elsewhere say nothing', graph({ root: sequence({ ...service, weight: 7 }) }), []],
  [
    'a Switch has conditions',
    graph({ root: { routerType: 'Switch', steps: [{ ...service, condition: 'a' }, service] } }),
    ['spec.nodes.root.steps[1].condition'],
  ],
  ['names that need brackets', graph({ root: sequence(service), 'a.b': sequence({}) }), ['spec.nodes[a.b].steps[0]']],
  [
    'a node that leads to itself',
    graph({ root: sequence({ nodeName: 'root' }) }),
    ['spec.nodes.root.steps[0].nodeName'],
  ],
  [
    'a circle of several',
    graph({
      root: sequence(service, { nodeName: 'a', data: '$response' }),
      a: { routerType: 'Ensemble', steps: [service, { nodeName: 'b' }] },
      b: { routerType: 'Splitter', steps: [{ nodeName: 'root', weight: 100 }] },
    }),
    ['spec.nodes.b.steps[0].nodeName'],
  ],
  [
    'a Switch that sees the same request again',
    graph({
      root: sequence({ nodeName: 'a' }),
      a: { routerType: 'Switch', steps: [{ nodeName: 'root', condition: 'x' }] },
    }),
    ['spec.nodes.a.steps[0].nodeName'],
  ],
  [
    'a circle that a Switch ends by the answer',
    graph({
      root: sequence(service, { nodeName: 'a', data: '$response' }),
      a: {
        routerType: 'Switch',
        steps: [
          { nodeName: 'root', condition: 'again' },
          { ...service, condition: 'done' },
        ],
      },
    }),
    [],
  ],
  [
    'a circle that chance ends',
    graph({
      root: {
        routerType: 'Splitter',
        steps: [
          { nodeName: 'root', weight: 10 },
          { ...service, weight: 90 },
        ],
      },
    }),
    [],
  ],
  ['a circle that a condition ends', graph({ root: sequence(service, { nodeName: 'root', condition: 'again' }) }), []],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(paths(object), expected));
}

test('two ways to the same node are no circle, and large graphs are quick', () => {
  const nodes: Record<string, unknown> = { end: sequence(service) };
  let next = 'end';
  for (let i = 0; i < 2_000; i += 1) {
    const name = i === 1_999 ? 'root' : `n${i}`;
    nodes[name] = sequence({ nodeName: next }, { nodeName: next });
    next = name;
  }
  assert.deepEqual(paths(graph(nodes)), []);
});

test('graphs of any shape are answered, never thrown at', () => {
  for (const nodes of [null, 'x', [], { root: null }, { root: { steps: 'x' } }, { root: sequence(null as never) }])
    paths(graph(nodes));
  validateInferenceGraph({ ...graph({}), spec: null as never });
});
