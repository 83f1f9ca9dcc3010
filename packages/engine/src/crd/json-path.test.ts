import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileJsonPath } from './json-path.ts';

const object = {
  metadata: { labels: { 'a.b/c': 'dotted', plain: 'p' } },
  spec: {
    items: [
      { name: 'x', n: 1 },
      { name: 'y', n: 2 },
    ],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};

const table: [string, unknown[]][] = [
  ['.spec.items[0].name', ['x']],
  ['.spec.items[-1].name', ['y']],
  ['.spec.items[*].n', [1, 2]],
  ['$.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Ready')].status", ['True']],
  ['.status.conditions[?(@.type != "Ready")].status', ['False']],
  ['.spec.items[?(@.n==2)].name', ['y']],
  [".metadata.labels['a.b/c']", ['dotted']],
  ['.metadata.labels.a\\.b/c', ['dotted']],
  ['.no.such.path', []],
];
for (const [path, expected] of table) {
  test(`JSONPath ${path}`, () => assert.deepEqual(compileJsonPath(path)(object), expected));
}

test('a path that cannot be read is refused', () => {
  assert.throws(() => compileJsonPath('.a[b'), { name: 'JsonPathError' });
});
