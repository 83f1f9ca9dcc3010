import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { loadManifests, parseManifests } from './load.ts';

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const nothing = Readable.from([]);
const signal = new AbortController().signal;

test('documents and Lists are opened, empty documents are passed over', () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${configMap('c').trim().replaceAll('\n', '\n  ')}\n`;
  const found = parseManifests(`---\n${configMap('a')}---\n---\n${configMap('b')}---\n${list}`, 'x.yaml');
  assert.deepEqual(
    found.map(({ object }) => object.metadata.name),
    ['a', 'b', 'c'],
  );
  assert.match(found[2]?.where ?? '', /x\.yaml, document \d, item 1/);
});

test('YAML means what it means to kubectl', () => {
  const text = `${configMap('a')}data: &base {mode: 0644, on: yes, port: 22:22, day: 2026-01-01, big: 1e3}\nmore: {<<: *base, big: 0o7}\n`;
  const [found] = parseManifests(text, 'x.yaml');
  assert.deepEqual(found?.object['data'], { mode: 420, true: true, port: '22:22', day: '2026-01-01', big: 1000 });
  assert.deepEqual(found?.object['more'], { mode: 420, true: true, port: '22:22', day: '2026-01-01', big: 7 });
});

test('what is wrong is told with its place', () => {
  assert.throws(() => parseManifests('a: [\nb', 'x.yaml'), /x\.yaml:\d+:\d+: not YAML/);
  assert.throws(() => parseManifests('- 1', 'x.yaml'), /expected an object/);
  assert.throws(() => parseManifests('kind: Pod\nmetadata: {}', 'x.yaml'), /apiVersion is missing/);
  assert.throws(() => parseManifests('apiVersion: v1\nkind: Pod', 'x.yaml'), /Pod has no metadata/);
});

test('files, folders, standard input and URLs', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'serval-load-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'b.yaml'), configMap('b'));
  await writeFile(
    join(folder, 'a.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
  );
  await writeFile(join(folder, 'notes.txt'), 'not a manifest');
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/c.yaml' ? 200 : 404;
    response.end(configMap('c'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };

  await writeFile(join(folder, 'request.json'), '{"inputs": []}');

  const notes: string[] = [];
  const sources = [folder, `http://127.0.0.1:${port}/c.yaml`, '-'];
  const found = await loadManifests(sources, {
    stdin: Readable.from([Buffer.from(configMap('d'))]),
    signal,
    note: (text) => notes.push(text),
  });
  assert.deepEqual(
    found.map(({ object }) => object.metadata.name),
    ['a', 'b', 'c', 'd'],
  );
  assert.deepEqual(notes, [`${join(folder, 'request.json')}: not a manifest: it has neither apiVersion nor kind`]);
  await assert.rejects(
    loadManifests([join(folder, 'request.json')], { stdin: nothing, signal, note: () => {} }),
    /apiVersion is missing/,
  );
  await assert.rejects(
    loadManifests([`http://127.0.0.1:${port}/none`], { stdin: nothing, signal, note: () => {} }),
    /answered 404/,
  );
  await assert.rejects(
    loadManifests([join(folder, 'none')], { stdin: nothing, signal, note: () => {} }),
    /no such file or folder/,
  );
  await assert.rejects(loadManifests(['-'], { stdin: nothing, signal, note: () => {} }), /no object in -/);
});
