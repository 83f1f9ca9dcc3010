import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pod, Volume } from '@serval/kube/objects';
import { temporaryDirectory } from '../testing.ts';
import { writeAtomicDirectory } from './atomic-directory.ts';
import { prepareHostPath } from './host-path.ts';
import { checkRelativePath, type Payload, payloadOf } from './payload.ts';
import { prepareVolumes } from './prepare.ts';

const payload = (files: Record<string, string>): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o640 }]));

test('a directory shows exactly the files of its payload, and is left alone when nothing changed', async (t) => {
  const directory = join(await temporaryDirectory(t), 'volume');
  assert.equal(await writeAtomicDirectory(directory, payload({ a: '1', 'sub/b': '2' })), true);
  assert.equal(await writeAtomicDirectory(directory, payload({ a: '1', 'sub/b': '2' })), false);
  assert.equal(await readFile(join(directory, 'sub/b'), 'utf8'), '2');
  assert.equal((await stat(join(directory, 'a'))).mode & 0o777, 0o640);
  assert.equal(await writeAtomicDirectory(directory, payload({ a: '3', c: '4' })), true);
  assert.equal(await readFile(join(directory, 'a'), 'utf8'), '3');
  assert.deepEqual((await readdir(directory)).filter((name) => !name.startsWith('..')).sort(), ['a', 'c']);
  assert.equal((await readdir(directory)).filter((name) => name.startsWith('..version_')).length, 1);
});

test('items pick keys, and paths cannot leave the volume', () => {
  const data = new Map([['key', Buffer.from('x')]]);
  const what = 'configmap "c"';
  assert.deepEqual([...payloadOf(data, { items: [{ key: 'key', path: 'a/b' }], what }).keys()], ['a/b']);
  assert.throws(
    () => payloadOf(data, { items: [{ key: 'no', path: 'a' }], what }),
    /references non-existent config key: no/,
  );
  assert.equal(payloadOf(data, { items: [{ key: 'no', path: 'a' }], optional: true, what }).size, 0);
  for (const path of ['', '/a', '../a', 'a/../b', '..data'])
    assert.throws(() => checkRelativePath(path), /invalid path/);
});

test('hostPath types are checked', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, 'file');
  await writeFile(file, '');
  assert.equal(await prepareHostPath({ path: join(directory, 'none') }), join(directory, 'none'));
  await assert.rejects(prepareHostPath({ path: join(directory, 'none'), type: 'Directory' }), /type check failed/);
  await assert.rejects(prepareHostPath({ path: file, type: 'DirectoryOrCreate' }), /is not a directory/);
  await assert.rejects(prepareHostPath({ path: directory, type: 'FileOrCreate' }), /is not a file/);
  await assert.rejects(prepareHostPath({ path: 'relative' }), /absolute/);
  await prepareHostPath({ path: join(directory, 'made/deep'), type: 'DirectoryOrCreate' });
  assert.ok((await stat(join(directory, 'made/deep'))).isDirectory());
});

test('every kind of volume gets its directory', async (t) => {
  const directory = await temporaryDirectory(t);
  const models = join(directory, 'models');
  await mkdir(models);
  const pod = (volumes: Volume[]): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'ns', labels: { b: '"q"', a: '1' } },
    spec: { containers: [], volumes },
  });
  const claim = (name: string, volumeName?: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { volumeName },
    status: { phase: volumeName ? ('Bound' as const) : ('Pending' as const) },
  });
  const prepare = (volumes: Volume[]) =>
    prepareVolumes({
      pod: pod(volumes),
      facts: { podIP: '127.1.2.3', hostIP: '127.0.0.1', nodeName: 'here', allocatable: {} },
      source: {
        configMap: async () => undefined,
        secret: async () => undefined,
        claim: async (_, name) => (name === 'none' ? undefined : claim(name, { hosted: 'pv', plain: 'other' }[name])),
        persistentVolume: async (name) => ({
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: {},
          spec: name === 'pv' ? { hostPath: { path: models } } : {},
        }),
      },
      podVolumes: join(directory, 'pod'),
      claimVolumes: join(directory, 'claims'),
    });
  const paths = await prepare([
    { name: 'scratch', emptyDir: {} },
    { name: 'hosted', persistentVolumeClaim: { claimName: 'hosted' } },
    { name: 'plain', persistentVolumeClaim: { claimName: 'plain' } },
    { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    { name: 'maybe', secret: { secretName: 'none', optional: true } },
  ]);
  assert.equal(paths.get('hosted'), models);
  assert.equal(paths.get('plain'), join(directory, 'claims/ns/plain'));
  assert.ok((await stat(paths.get('scratch') ?? '')).isDirectory());
  assert.equal(await readFile(join(paths.get('info') ?? '', 'labels'), 'utf8'), 'a="1"\nb="\\"q\\""');
  for (const [volume, message] of [
    [
      { name: 'v', secret: { secretName: 'none' } },
      'MountVolume.SetUp failed for volume "v" : secret "none" not found',
    ],
    [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }, /persistentvolumeclaim "none" not found/],
    [{ name: 'v', persistentVolumeClaim: { claimName: 'open' } }, /"open" is not bound/],
    [{ name: 'v', nfs: {} } as Volume, /kind nfs/],
  ] as const) {
    await assert.rejects(prepare([volume as Volume]), { message });
  }
});
