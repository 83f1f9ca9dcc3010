import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseChallenges } from './challenge.ts';

const read = (header: string | string[] | undefined) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test('schemes and parameters, quoted or not, one header or several', () => {
  assert.deepEqual(
    read('Bearer realm="https://auth.example/token?a=b,c",service="reg, istry",scope="repository:a/b:pull,push"'),
    [
      [
        'bearer',
        { realm: 'https://auth.example/token?a=b,c', service: 'reg, istry', scope: 'repository:a/b:pull,push' },
      ],
    ],
  );
  assert.deepEqual(read('Basic realm="say \\"hello\\""'), [['basic', { realm: 'say "hello"' }]]);
  assert.deepEqual(read('BEARER Realm = https://x.example/y , service=z'), [
    ['bearer', { realm: 'https://x.example/y', service: 'z' }],
  ]);
  assert.deepEqual(read(['Negotiate', 'Basic realm=x', 'Bearer realm="y"']), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
    ['bearer', { realm: 'y' }],
  ]);
  assert.deepEqual(read('Negotiate, Basic realm="a", Bearer realm="b", service="c"'), [
    ['negotiate', {}],
    ['basic', { realm: 'a' }],
    ['bearer', { realm: 'b', service: 'c' }],
  ]);
});

test('what is malformed is left out, whatever it is, and quickly', () => {
  assert.deepEqual(read(undefined), []);
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('realm="x"'), []);
  assert.deepEqual(read('Bearer realm="never closed'), [['bearer', {}]]);
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void parseChallenges(text)));
  for (const text of ['"'.repeat(20_000), 'a=,'.repeat(20_000), ' '.repeat(20_000), '\\'.repeat(20_000)]) {
    parseChallenges(`Bearer realm="${text}`);
    parseChallenges(text);
  }
});
