import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startTestEngine, type TestEngine } from '../testing.ts';

const metadata = {
  name: 'x',
  labels: { a: 'b' },
  annotations: { c: 'd' },
  ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' }],
};
const template = {
  metadata: { labels: { a: 'b' } },
  spec: {
    containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: 'b' }], ports: [{ containerPort: 80 }] }],
    volumes: [{ name: 'v', emptyDir: {} }],
  },
};
const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] };
const core = '/api/v1/namespaces/default';
const objects: readonly (readonly [path: string, object: object])[] = [
  [`${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }],
  [`${core}/services`, { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80, name: 'a' }], selector: {} } }],
  [`${core}/pods`, { apiVersion: 'v1', kind: 'Pod', spec: template.spec, status: { conditions: [{ type: 'Ready' }] } }],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1, selector, template }, status: { replicas: 1 } },
  ],
  [
    '/apis/mangled.test/v1/namespaces/default/things',
    { apiVersion: 'mangled.test/v1', kind: 'Thing', spec: { size: 1, parts: [{ name: 'a' }], tags: ['x'] } },
  ],
];
const properties = {
  size: { type: 'integer', default: 1 },
  parts: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
  },
  tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
};
const definition = {
  metadata: { name: 'things.mangled.test' },
  spec: {
    group: 'mangled.test',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
  },
};

const junk = fc.constantFrom<unknown>(null, 0, -1, 1e30, '', 'x', true, [], {}, [null], [[]], [{}], {
  $patch: 'delete',
});
const key = fc.constantFrom('', '$patch', '$retainKeys', '$setElementOrder/containers', 'constructor', '__proto__');
const change = fc.record({ spot: fc.nat(), value: junk, extra: key });
const types = ['json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'] as const;
const request = fc.record({ object: fc.nat(objects.length - 1), type: fc.constantFrom(...types), put: fc.boolean() });

test('no mangled object makes the server stumble, whichever way it comes', async (t) => {
  const engine = await startTestEngine(t);
  await engine.ok('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  for (const [path, object] of objects) await engine.ok('POST', path, { ...object, metadata });
  await fc.assert(
    fc.asyncProperty(request, fc.array(change, { minLength: 1, maxLength: 3 }), async (how, changes) => {
      const [path, object] = objects[how.object]!;
      const answer = await send(engine, path, how, mangle({ ...object, metadata }, changes));
      assert.ok(answer.status < 500, JSON.stringify(answer.body));
      const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
      assert.equal((await engine.call('GET', path, undefined, table)).status, 200);
    }),
    { numRuns: 400 },
  );
});

function send(engine: TestEngine, path: string, how: { type: (typeof types)[number]; put: boolean }, object: object) {
  const headers = { 'content-type': `application/${how.type}` };
  if (how.type !== 'json') return engine.call('PATCH', `${path}/x?fieldManager=m&force=true`, object, headers);
  return how.put ? engine.call('PUT', `${path}/x`, object) : engine.call('POST', path, object);
}

/** A copy with some values replaced, or fields added beside them. */
function mangle(object: object, changes: { spot: number; value: unknown; extra: string }[]): object {
  const copy = structuredClone(object);
  const spots: [holder: Record<string, unknown>, key: string][] = [];
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      spots.push([value as Record<string, unknown>, name]);
      walk(field);
    }
  };
  walk(copy);
  for (const { spot, value, extra } of changes) {
    const [holder, name] = spots[spot % spots.length]!;
    const field = extra === '' || Array.isArray(holder) ? name : extra;
    Object.defineProperty(holder, field, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
