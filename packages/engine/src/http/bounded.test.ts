import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const yaml = { 'content-type': 'application/yaml' };

test('a body that is nested too deeply is refused, and the next one is served', async (t) => {
  const { call } = await startTestEngine(t);
  const deep = `{"metadata":{"name":"deep"},"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  const answer = await call('POST', configMaps, deep);
  assert.deepEqual([answer.status, answer.body.reason], [400, 'BadRequest']);
  assert.match(answer.body.message, /nested deeper than 1000 levels/);
  assert.equal((await call('PATCH', `${configMaps}/a`, deep)).status, 400);
  assert.equal((await call('POST', configMaps, 'metadata: {name: a}\ndata: &d {a: *d}\n', yaml)).status, 400);
  assert.equal((await call('POST', configMaps, { metadata: { name: 'a' } })).status, 201);
});

test('YAML aliases may repeat things, but not without bound', async (t) => {
  const { call } = await startTestEngine(t);
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [before, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi', 'ij']) {
    lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
  }
  const bomb = await call('POST', configMaps, `${lines.join('\n')}\nmetadata: {name: bomb}\n`, yaml);
  assert.deepEqual([bomb.status, bomb.body.reason], [400, 'BadRequest']);
  assert.match(bomb.body.message, /too large once its YAML aliases are written out/);
  const apply = { 'content-type': 'application/apply-patch+yaml' };
  const text = `apiVersion: v1\nkind: ConfigMap\n${lines.join('\n')}\n`;
  assert.equal((await call('PATCH', `${configMaps}/bomb?fieldManager=x`, text, apply)).status, 400);
  const fair = await call('POST', configMaps, 'metadata: {name: fair, labels: &l {a: b}, annotations: *l}\n', yaml);
  assert.deepEqual(fair.body.metadata.annotations, { a: 'b' });
});
