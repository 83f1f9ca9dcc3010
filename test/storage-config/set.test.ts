import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { configMaps, namespaces, secrets } from '@serval/kube/objects';
import { createCertificates, fingerprintsOf } from './certificates.ts';
import { readAsKServe } from './kserve-reader.ts';
import { readAsModelMesh } from './modelmesh-reader.ts';
import { decoded, servalIn, startCluster } from './support.ts';

const pem = await createCertificates();

test('an entry is made from nothing, edited, given other certificates, and read by everybody each time', async (t) => {
  const { client, directory, kubeconfig } = await startCluster(t);
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'models' } });
  for (const name of ['one', 'other', 'expired', 'privateKey'] as const)
    await writeFile(join(directory, name), pem[name]);
  await writeFile(join(directory, 'id'), 'SENTINEL-id\n');
  const printed: string[] = [];
  const set = async (input: string, ...args: string[]) => {
    const outcome = await servalIn(
      directory,
      ['storage-config', 'set', ...args, '-n', 'models', '--kubeconfig', kubeconfig],
      input,
    );
    printed.push(outcome.stdout, outcome.stderr);
    return outcome;
  };
  const state = async () => {
    const data = decoded(await client.get(secrets, { namespace: 'models', name: 'storage-config' }));
    const { items } = await client.list(configMaps, { namespace: 'models' });
    return {
      data,
      configMaps: Object.fromEntries(items.map((each) => [each.metadata.name, each.data?.['cabundle.crt'] ?? ''])),
    };
  };
  const trusted = async (...certificates: string[]) => {
    const now = await state();
    const expected = { verdict: 'trusts', fingerprints: fingerprintsOf(certificates.join('')), bucket: 'models' };
    assert.deepEqual([readAsKServe('minio', now), readAsModelMesh('minio', now)], [expected, expected]);
  };

  const made = ['minio', '--type', 's3', '--endpoint-url', 'https://a:9', '--region', 'r', '--bucket', 'models'];
  const credentials = ['--from-file', 'access_key_id=id', '--secret-stdin', 'secret_access_key', '--ca-file', 'one'];
  const dry = await set('SENTINEL\n', ...made, ...credentials, '--dry-run');
  assert.equal(dry.code, 0, dry.stderr);
  await assert.rejects(client.get(secrets, { namespace: 'models', name: 'storage-config' }), /not found/);
  assert.equal((await set('SENTINEL\n', ...made, ...credentials)).code, 0);
  const entry = JSON.parse((await state()).data['minio'] ?? '') as Record<string, string>;
  assert.deepEqual([entry['access_key_id'], entry['secret_access_key']], ['SENTINEL-id', 'SENTINEL']);
  await trusted(pem.one);

  assert.equal((await set('', 'minio', '--ca-file', 'other', '--field', 'verify_ssl=1')).code, 0);
  await trusted(pem.other);
  const shared = { namespace: 'models', name: 'shared' };
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: shared,
    data: { 'cabundle.crt': pem.bundle },
  });
  assert.equal((await set('', 'minio', '--ca-configmap', 'shared', '--remove', 'verify_ssl')).code, 0);
  await trusted(pem.bundle);
  // A ConfigMap of others is left: the entry gets one of its own.
  assert.equal((await set('', 'minio', '--ca-file', 'one')).code, 0);
  await trusted(pem.one);
  assert.equal((await state()).configMaps['shared'], pem.bundle);
  assert.match((await set('', 'minio', '--ca-file', 'one')).stderr, /nothing to do/);

  const before = await state();
  for (const args of [
    ['minio', '--field', 'secret_access_key=SENTINEL'],
    ['minio', '--field', 'my_password=SENTINEL'],
    ['minio', '--field', 'headers={"authorization":"SENTINEL"}'],
    ['minio', '--field', 'SENTINEL'],
    ['minio', '--endpoint-url', 'https://u:SENTINEL@a'],
    ['minio', '--ca-file', 'expired'],
    ['minio', '--ca-file', 'privateKey'],
    ['minio', '--ca-file', 'nothing-there'],
    ['minio', '--ca-configmap', 'absent'],
    ['minio', '--ca-configmap', 'shared', '--ca-file', 'one'],
    ['minio', '--type', 'none'],
    ['minio', '--field', 'certificate=what is this'],
    ['minio', '--secret-stdin', 'secret_access_key'],
    ['a/b', '--type', 's3'],
  ]) {
    const { code, stdout } = await set('', ...args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
  }
  assert.deepEqual(await state(), before);
  assert.doesNotMatch(printed.join(''), /SENTINEL|BEGIN CERT|MII/);
});

test('a manifest is made, for its owner alone, and edited in place', async (t) => {
  const { directory } = await startCluster(t);
  const file = join(directory, 'new.yaml');
  await writeFile(join(directory, 'one'), pem.one);
  await writeFile(join(directory, 'other'), pem.other);
  const set = (...args: string[]) => servalIn(directory, ['storage-config', 'set', ...args, '-f', 'new.yaml']);
  assert.equal((await set('minio', '--type', 's3', '--ca-file', 'one')).code, 0);
  await writeFile(file, `# ours\n${await readFile(file, 'utf8')}`);
  assert.equal((await set('claim', '--type', 'pvc', '--field', 'name=models')).code, 0);
  assert.equal((await set('minio', '--ca-file', 'other')).code, 0);
  const text = await readFile(file, 'utf8');
  assert.match(text, /^# ours\n/);
  assert.match(text, /\n {2}claim: \|\n {4}\{\n {6}"type": "pvc",\n {6}"name": "models"\n {4}\}\n/);
  assert.equal(text.split('kind: ConfigMap').length, 2);
  const checked = await servalIn(directory, ['storage-config', 'check', '-f', 'new.yaml', '--json']);
  const { secrets: found } = JSON.parse(checked.stdout) as {
    secrets: { entries: { key: string; agrees?: string }[] }[];
  };
  assert.deepEqual(
    found[0]?.entries.map(({ key, agrees }) => [key, agrees]),
    [
      ['minio', 'yes'],
      ['claim', undefined],
    ],
  );
});
