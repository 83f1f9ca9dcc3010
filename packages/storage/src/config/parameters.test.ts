import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyParameters } from './parameters.ts';

test('parameters lie over fields, and reach into objects by dots', () => {
  const fields = { type: 'http', region: 'a', headers: { x: '1', inner: { y: '2' } } };
  assert.deepEqual(applyParameters(fields, { region: 'b', 'headers.x': '3', 'headers.inner.y': '4', 'a.b': '5' }), {
    type: 'http',
    region: 'b',
    headers: { x: '3', inner: { y: '4' } },
    a: { b: '5' },
  });
  assert.deepEqual(fields.headers, { x: '1', inner: { y: '2' } });
});
