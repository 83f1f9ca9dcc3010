import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../objects/meta.ts';
import { builtinSchema } from './builtin-kinds.ts';
import { applyStrategicMerge } from './strategic-merge.ts';

const deployment = builtinSchema('apps', 'v1', 'Deployment');
const withPod = (pod: object, rest: object = {}) =>
  ({ spec: { template: { spec: pod }, ...rest } }) as unknown as JsonObject;
const podOf = (object: JsonObject) =>
  (object['spec'] as unknown as { template: { spec: Record<string, unknown> } }).template.spec;

const cases: [string, object, object, object][] = [
  [
    'merges containers by name, in the patch’s order',
    {
      containers: [
        { name: 'a', image: '1', tty: true },
        { name: 'b', image: '1' },
      ],
    },
    { containers: [{ name: 'a', image: '2' }] },
    {
      containers: [
        { name: 'a', image: '2', tty: true },
        { name: 'b', image: '1' },
      ],
    },
  ],
  [
    'adds a new container; server-only ones stay behind it when nothing tells their order',
    { containers: [{ name: 'a' }] },
    { containers: [{ name: 'b', image: null }] },
    { containers: [{ name: 'b' }, { name: 'a' }] },
  ],
  [
    'deletes an item',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ $patch: 'delete', name: 'a' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    'replaces a list on demand',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ $patch: 'replace' }, { name: 'c' }] },
    { containers: [{ name: 'c' }] },
  ],
  [
    'replaces a list without merge key',
    { containers: [{ name: 'a', args: ['1', '2'] }] },
    { containers: [{ name: 'a', args: ['3'] }] },
    { containers: [{ name: 'a', args: ['3'] }] },
  ],
  [
    'deletes with null and replaces a map on demand',
    { nodeSelector: { a: '1', b: '2' }, hostNetwork: true },
    { nodeSelector: { $patch: 'replace', c: '3' }, hostNetwork: null },
    { nodeSelector: { c: '3' } },
  ],
  [
    'empties a map on demand',
    { securityContext: { runAsUser: 1 } },
    { securityContext: { $patch: 'delete' } },
    { securityContext: {} },
  ],
  [
    'orders as told, with server-only items where they were',
    { containers: [{ name: 's' }, { name: 'a' }, { name: 'b' }] },
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', tty: true }] },
    { containers: [{ name: 's' }, { name: 'b' }, { name: 'a', tty: true }] },
  ],
  [
    'orders without other changes',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    { containers: [{ name: 'b' }, { name: 'a' }] },
  ],
  [
    'keeps only what is to be retained',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumes: [{ $retainKeys: ['name', 'secret'], name: 'v', secret: { secretName: 's' } }] },
    { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
  ],
  [
    'merges env and volume mounts by their own keys',
    { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }], volumeMounts: [{ name: 'v', mountPath: '/a' }] }] },
    {
      containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }], volumeMounts: [{ name: 'v', mountPath: '/b' }] }],
    },
    {
      containers: [
        {
          name: 'a',
          env: [
            { name: 'Y', value: '2' },
            { name: 'X', value: '1' },
          ],
          volumeMounts: [
            { name: 'v', mountPath: '/b' },
            { name: 'v', mountPath: '/a' },
          ],
        },
      ],
    },
  ],
];
for (const [what, original, patch, expected] of cases) {
  test(`strategic merge ${what}`, () => {
    const before = withPod(original);
    const copy = structuredClone(before);
    assert.deepEqual(podOf(applyStrategicMerge(before, withPod(patch), deployment)), expected);
    assert.deepEqual(before, copy);
  });
}

test('finalizers merge as a set, and are deleted from it', () => {
  const merge = (metadata: object) =>
    applyStrategicMerge({ metadata: { finalizers: ['a', 'b'] } }, { metadata } as JsonObject, deployment)['metadata'];
  assert.deepEqual(merge({ finalizers: ['c', 'a'] }), { finalizers: ['c', 'a', 'b'] });
  assert.deepEqual(merge({ '$deleteFromPrimitiveList/finalizers': ['a'] }), { finalizers: ['b'] });
  assert.deepEqual(merge({ finalizers: null }), {});
});

test('a rollout from RollingUpdate to Recreate, as kubectl apply sends it', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
  const merged = applyStrategicMerge(
    withPod({}, { strategy }),
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    deployment,
  );
  assert.deepEqual((merged['spec'] as JsonObject)['strategy'], { type: 'Recreate' });
});

test('patches that k8s.io/apimachinery v0.36 makes are applied as it applies them', () => {
  const url = new URL('./testdata/upstream-strategic-merge.jsonl', import.meta.url);
  for (const line of readFileSync(url, 'utf8').trim().split('\n')) {
    const { original, patch, result } = JSON.parse(line) as Record<'original' | 'patch' | 'result', JsonObject>;
    assert.deepEqual(applyStrategicMerge(original, patch, deployment), result);
  }
});

test('malformed patches are refused', () => {
  const original = withPod({ containers: [{ name: 'a' }] });
  for (const [patch, message] of [
    [{ containers: [{ image: 'x' }] }, /lacks its merge key "name"/],
    [{ containers: [{ $patch: 'frob', name: 'a' }] }, /unknown \$patch "frob"/],
    [{ $patch: 'frob' }, /unknown \$patch "frob"/],
    [{ '$setElementOrder/containers': 'a' }, /must be a list/],
    [{ $retainKeys: ['a'], hostNetwork: true }, /not in its \$retainKeys/],
  ] as const) {
    assert.throws(() => applyStrategicMerge(original, withPod(patch), deployment), { reason: 'BadRequest', message });
  }
});

const item = fc.record(
  { name: fc.constantFrom('a', 'b', 'c'), image: fc.string(), tty: fc.boolean() },
  { requiredKeys: ['name'], noNullPrototype: true },
);
const items = fc.uniqueArray(item, { selector: ({ name }) => name, maxLength: 3 });

test('property: a patch applied twice is applied once, and what it says is there', () => {
  fc.assert(
    fc.property(items, items, (original, patch) => {
      const change = withPod({ containers: patch });
      const once = applyStrategicMerge(withPod({ containers: original }), change, deployment);
      assert.deepEqual(applyStrategicMerge(once, change, deployment), once);
      const containers = podOf(once)['containers'] as { name: string }[];
      for (const wanted of patch) {
        const found = containers.find(({ name }) => name === wanted.name);
        assert.deepEqual({ ...found, ...wanted }, found);
      }
      const names = new Set([...original, ...patch].map(({ name }) => name));
      assert.equal(containers.length, names.size);
    }),
  );
});

test('property: no JSON brings it down but as a bad request', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (a, b) => {
      const wrap = (value: unknown) =>
        ({ spec: { template: { spec: { containers: value, volumes: value } } } }) as JsonObject;
      try {
        applyStrategicMerge(wrap(a as Json), wrap(b as Json), deployment);
      } catch (error) {
        assert.equal((error as { reason?: string }).reason, 'BadRequest', String(error));
      }
    }),
  );
});
