import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadAll } from 'js-yaml';
import { temporaryDirectory } from '../support/serval.ts';
import { createCertificates } from './certificates.ts';
import { readAsKServe } from './kserve-reader.ts';
import { readAsModelMesh } from './modelmesh-reader.ts';
import { servalIn } from './support.ts';

const pem = await createCertificates();
const indented = (text: string, by: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
const entry = (fields: object) =>
  JSON.stringify(
    {
      type: 's3',
      endpoint_url: 'https://a',
      access_key_id: 'SENTINEL',
      secret_access_key: 'SENTINEL',
      region: 'r',
      bucket: 'b',
      ...fields,
    },
    null,
    2,
  );
const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Document {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  items?: Document[];
}

/** What the API server would hold after `kubectl apply`. */
function applied(text: string): { data: Record<string, string>; configMaps: Record<string, string> } {
  const documents = (loadAll(text) as Document[]).flatMap(
    (each) => each?.items?.flatMap((item) => item.items ?? item) ?? each,
  );
  const found = { data: {} as Record<string, string>, configMaps: {} as Record<string, string> };
  for (const document of documents) {
    if (document?.kind === 'ConfigMap')
      found.configMaps[document.metadata.name] = document.data?.['cabundle.crt'] ?? '';
    if (document?.kind !== 'Secret' || document.metadata.name !== 'storage-config') continue;
    for (const [key, value] of Object.entries(document.data ?? {})) {
      found.data[key] = Buffer.from(value, 'base64').toString('utf8');
    }
    Object.assign(found.data, document.stringData);
  }
  return found;
}

async function start(t: TestContext, files: Record<string, string>) {
  const directory = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return {
    directory,
    run: (...args: string[]) => servalIn(directory, ['storage-config', ...args]),
    read: (name: string) => readFile(join(directory, name), 'utf8'),
  };
}

const manifest = `# storage of the team
apiVersion: v1
kind: Secret
metadata:
  name: storage-config # a name that all readers know
  namespace: models
type: Opaque
stringData:
  # the old one
  block: |
${indented(entry({ certificate: pem.one }), 4)}
  quoted: ${JSON.stringify(entry({ ca_bundle: pem.one }))} # PEM where a path goes
  single: '{"type": "s3", "endpoint_url": "https://it''s", "access_key_id": "a", "secret_access_key": "SENTINEL", "region": "r", "bucket": "b", "cabundle_configmap": "ca"}'
  folded: >-
    {"type": "s3", "endpoint_url": "https://a", "access_key_id": "a", "secret_access_key": "SENTINEL", "region": "r",
    "bucket": "b", "ca_bundle_configmap": "ca"}

  # not to be touched
  pvc: '{"type":"pvc","name":"models"}'
data:
  plain: ${base64(entry({ certificate: pem.one }))}
  twice: "${base64(entry({ certificate: pem.one }))}" # base64 in quotes
  cabundle_configmap: ${base64('ca\n')}
  lacking: ${base64(entry({}))}
# the end of the Secret
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ca, namespace: models}
data:
  cabundle.crt: |
${indented(pem.one, 4)}
---
# something else
apiVersion: v1
kind: Secret
metadata: {name: another, namespace: models}
stringData: {certificate: "not ours"}
`;

test('a manifest in every style is migrated in place, and all else in it stays', async (t) => {
  const { run, read, directory } = await start(t, { 'a.yaml': manifest });
  await chmod(join(directory, 'a.yaml'), 0o640);
  const shown = await run('migrate', '-f', 'a.yaml');
  assert.equal(shown.code, 0, shown.stdout + shown.stderr);
  assert.equal(await read('a.yaml'), manifest);
  const written = await run('migrate', '-f', 'a.yaml', '--write', '--backup', 'b.json');
  assert.equal(written.code, 0, written.stderr);
  const text = await read('a.yaml');
  assert.equal((await stat(join(directory, 'a.yaml'))).mode & 0o777, 0o640);
  const after = applied(text);
  for (const key of ['block', 'quoted', 'single', 'folded', 'plain', 'twice', 'lacking']) {
    for (const read of [readAsKServe, readAsModelMesh]) {
      const reading = read(key, after);
      assert.equal(reading.verdict, 'trusts', `${key}: ${JSON.stringify(reading)}`);
    }
  }
  assert.ok(!('cabundle_configmap' in after.data));
  for (const comment of manifest.match(/# .*/g) ?? []) assert.ok(text.includes(comment), comment);
  const untouched = (all: string) =>
    all.split('\n').filter((line) => /pvc|another|name:|not ours|type: Opaque/.test(line));
  assert.deepEqual(untouched(text).slice(0, untouched(manifest).length), untouched(manifest));
  assert.match(text, /^ {2}block: \|\n {4}\{\n {6}"type": "s3",\n/m);

  const again = await run('migrate', '-f', 'a.yaml', '--write');
  assert.deepEqual([again.code, again.stdout, await read('a.yaml')], [0, '', text]);
  const checked = await run('check', '-f', 'a.yaml', '--fail-on', 'warning');
  assert.equal(checked.code, 0, checked.stdout);
  assert.equal((await run('migrate', '--undo', 'b.json')).code, 0);
  assert.equal(await read('a.yaml'), manifest);
  for (const { stdout, stderr } of [shown, written, again, checked]) {
    assert.doesNotMatch(stdout + stderr, /SENTINEL|BEGIN CERT|MII|LS0t/);
  }
});

test('a Windows file, and a file without a last line end', async (t) => {
  for (const lines of [manifest.replaceAll('\n', '\r\n'), manifest.trimEnd(), `\uFEFF${manifest}`]) {
    const { run, read } = await start(t, { 'a.yaml': lines });
    const { code, stderr } = await run('migrate', '-f', 'a.yaml', '--write');
    assert.equal(code, 0, stderr);
    const after = applied((await read('a.yaml')).replace('\uFEFF', ''));
    for (const key of ['block', 'quoted', 'plain']) assert.equal(readAsKServe(key, after).verdict, 'trusts');
  }
});

test('JSON stays JSON: a file with one Secret becomes a List', async (t) => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'storage-config' },
    stringData: { minio: entry({ certificate: pem.one }) },
  };
  const list = { apiVersion: 'v1', kind: 'List', items: [secret] };
  for (const [indent, object] of [
    [2, secret],
    [0, secret],
    [4, list],
  ] as const) {
    const { run, read } = await start(t, { 'a.json': JSON.stringify(object, null, indent) });
    const { code, stderr } = await run('migrate', '-f', 'a.json', '--write');
    assert.equal(code, 0, stderr);
    const text = await read('a.json');
    JSON.parse(text);
    assert.equal(readAsKServe('minio', applied(text)).verdict, 'trusts');
    assert.deepEqual((await run('migrate', '-f', 'a.json', '--write')).code, 0);
    assert.equal(await read('a.json'), text);
  }
});

test('standard input goes to standard output, with nothing else in it', async (t) => {
  const directory = await temporaryDirectory(t);
  const { stdout, stderr, code } = await servalIn(
    directory,
    ['storage-config', 'migrate', '-f', '-', '--write'],
    manifest,
  );
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(readAsKServe('block', applied(stdout)).verdict, 'trusts');
  const again = await servalIn(directory, ['storage-config', 'migrate', '-f', '-', '--write'], stdout);
  assert.equal(again.stdout, stdout);
});

test('a ConfigMap that is in none of the files is not made, and what cannot be read stops before anything is written', async (t) => {
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: storage-config}\nstringData:\n  minio: '${entry({ certificate: pem.one, cabundle_configmap: 'elsewhere' }).replaceAll('\n', '')}'\n`;
  const { run, read } = await start(t, { 'a.yaml': secret, 'b.yaml': 'a: [' });
  const { code, stdout } = await run('migrate', '-f', 'a.yaml', '--write');
  assert.equal(code, 1);
  assert.match(stdout, /minio: left as it is \(NotFound\): .*ConfigMap elsewhere/);
  assert.equal(await read('a.yaml'), secret);
  const broken = await run('migrate', '-f', 'a.yaml', '-f', 'b.yaml', '--write');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /b\.yaml:1:\d+: not YAML/);
  assert.equal((await run('check', '-f', 'none.yaml')).code, 1);
  assert.equal((await run('migrate', '-A', '-f', 'a.yaml')).code, 2);
});
