import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { configMaps, isStatusError, namespaces, secrets } from '@serval/kube/objects';
import { launcher } from '../support/serval.ts';
import { createCertificates } from './certificates.ts';
import { readAsKServe } from './kserve-reader.ts';
import { readAsModelMesh } from './modelmesh-reader.ts';
import { secretCases } from './secrets.ts';
import { type Cluster, createSecret, decoded, startCluster } from './support.ts';

const pem = await createCertificates();
const cases = secretCases(pem);
const modelMeshSecret = cases.find(({ name }) => name === 'ModelMesh: PEM') as (typeof cases)[number];

async function dataOf({ client }: Cluster, namespace: string): Promise<Record<string, string>> {
  return decoded(await client.get(secrets, { namespace, name: 'storage-config' }));
}

async function bundlesOf({ client }: Cluster, namespace: string): Promise<Record<string, string>> {
  const { items } = await client.list(configMaps, { namespace });
  return Object.fromEntries(items.map(({ metadata, data }) => [metadata.name, data?.['cabundle.crt'] ?? '']));
}

test('a cluster with every sort of Secret: checked, migrated, found done, and taken back', async (t) => {
  const cluster = await startCluster(t);
  const { client, serval, directory } = cluster;
  const before = new Map<string, Record<string, string>>();
  for (const [index, { data, configMaps: bundles = {} }] of cases.entries()) {
    const namespace = `team-${index}`;
    await createSecret(client, namespace, data);
    for (const [name, bundle] of Object.entries(bundles)) {
      await client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace },
        data: { 'cabundle.crt': bundle },
      });
    }
    before.set(namespace, data);
  }
  const bystander = await createSecret(client, 'bystander', { minio: 'SENTINEL' });
  await client.update(secrets, { ...bystander, metadata: { ...bystander.metadata, labels: { a: 'b' } } });
  const outputs: string[] = [];
  const run = async (...args: string[]) => {
    const outcome = await serval('storage-config', ...args);
    outputs.push(outcome.stdout, outcome.stderr);
    return outcome;
  };

  const checked = await run('check', '-A');
  assert.equal(checked.code, 1, checked.stderr);
  assert.match(checked.stdout, /^NAMESPACE +KEY +TYPE +CERTIFICATE +SUBJECT +EXPIRES +AGREES +PROBLEMS\n/);
  assert.match(checked.stdout, /^team-0 +minio +s3 +ConfigMap ca +CN=one +\d{4}-\d\d-\d\d +one half +-$/m);
  const one = await run('check', '-n', 'team-0', '--fail-on', 'warning');
  assert.equal(one.code, 0, one.stdout);

  const shown = await run('migrate', '-A');
  assert.equal(shown.code, 1);
  assert.match(shown.stdout, /^ {4}\+ "certificate": <\d+ bytes, sha256 [0-9a-f]{8}>$/m);
  assert.deepEqual(await dataOf(cluster, 'team-0'), before.get('team-0'), 'nothing was written');

  const written = await run('migrate', '-A', '--write', '--backup', 'backup.json');
  assert.equal(written.code, 1, 'broken entries stay');
  assert.equal((await stat(join(directory, 'backup.json'))).mode & 0o777, 0o600);
  for (const [index, { entries, files = {}, name }] of cases.entries()) {
    const namespace = `team-${index}`;
    const data = await dataOf(cluster, namespace);
    const after = { data, files, configMaps: await bundlesOf(cluster, namespace) };
    for (const [key, entry] of Object.entries(entries)) {
      if (entry.untouched || entry.unchanged) assert.equal(data[key], before.get(namespace)?.[key], name);
      if (!entry.trusts) continue;
      assert.equal(readAsKServe(key, after).verdict, entry.after?.kserve ?? 'trusts', name);
      assert.equal(readAsModelMesh(key, after).verdict, entry.after?.modelmesh ?? 'trusts', name);
    }
  }

  const settled = (await client.list(secrets)).items.map(({ metadata }) => metadata.resourceVersion);
  const again = await run('migrate', '-A', '--write', '--backup', 'backup.json');
  assert.match(again.stderr, /^nothing to do/m);
  assert.deepEqual(
    (await client.list(secrets)).items.map(({ metadata }) => metadata.resourceVersion),
    settled,
  );
  assert.equal((await run('migrate', '-n', 'team-0')).code, 0);

  // Somebody changes one after the migration: it is not overwritten.
  const live = await client.get(secrets, { namespace: 'team-0', name: 'storage-config' });
  await client.update(secrets, {
    ...live,
    data: { ...live.data, minio: Buffer.from('{"mine":"1"}').toString('base64') },
  });
  const undone = await run('migrate', '--undo', 'backup.json');
  assert.equal(undone.code, 1);
  assert.match(undone.stdout, /^Secret team-0\/storage-config: changed since$/m);
  assert.deepEqual(await dataOf(cluster, 'team-0'), { minio: '{"mine":"1"}' });
  assert.equal((await run('migrate', '--undo', 'backup.json', '--force')).code, 0);
  for (const [index, { configMaps: bundles = {} }] of cases.entries()) {
    assert.deepEqual(await dataOf(cluster, `team-${index}`), before.get(`team-${index}`));
    assert.deepEqual(await bundlesOf(cluster, `team-${index}`), bundles);
  }
  assert.doesNotMatch(outputs.join(''), /SENTINEL|BEGIN CERT|BEGIN PRIV|MII/);
});

test('a Secret that others change meanwhile is planned anew, and loses nothing', async (t) => {
  const cluster = await startCluster(t);
  const { client, serval } = cluster;
  const count = 8;
  for (let index = 0; index < count; index++) await createSecret(client, `team-${index}`, modelMeshSecret.data);
  let stop = false;
  let writes = 0;
  const writer = async (namespace: string) => {
    for (let at = 0; !stop; at++) {
      const live = await client.get(secrets, { namespace, name: 'storage-config' });
      const data = { ...live.data, other: Buffer.from(`{"type":"pvc","name":"n${at}"}`).toString('base64') };
      await client.update(secrets, { ...live, data }).then(
        () => writes++,
        (error: unknown) => {
          if (!isStatusError(error, 'Conflict')) throw error;
        },
      );
      await sleep(20);
    }
  };
  const writers = [writer('team-1'), writer('team-7')];
  let outcome = await serval('storage-config', 'migrate', '-A', '--write');
  // Ten conflicts in a row are told, and another run goes on.
  for (let attempt = 0; attempt < 5 && outcome.code !== 0; attempt++) {
    assert.match(outcome.stderr, /run it again/);
    outcome = await serval('storage-config', 'migrate', '-A', '--write');
  }
  stop = true;
  await Promise.all(writers);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.ok(writes > 0);
  for (let index = 0; index < count; index++) {
    const data = await dataOf(cluster, `team-${index}`);
    const after = { data, configMaps: await bundlesOf(cluster, `team-${index}`) };
    assert.equal(readAsKServe('localMinIO', after).verdict, 'trusts');
    assert.equal(data['other'] !== undefined, index === 1 || index === 7);
  }
});

test('a migration that is killed anywhere is completed by another, and taken back to its beginning', async (t) => {
  const cluster = await startCluster(t);
  const { client, serval, kubeconfig, directory } = cluster;
  const count = 20;
  for (let index = 0; index < count; index++) await createSecret(client, `team-${index}`, modelMeshSecret.data);
  let printed = '';
  for (const after of [1, 5]) {
    const args = ['storage-config', 'migrate', '-A', '--write', '--backup', 'kept.json', '--kubeconfig', kubeconfig];
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    let migrated = 0;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      migrated += chunk.split(': migrated').length - 1;
      if (migrated >= after) child.kill('SIGKILL');
    });
    await ended;
    assert.ok(migrated >= after);
  }
  const halfWay = (await client.list(secrets)).items.filter((secret) =>
    decoded(secret)['localMinIO']?.includes('cabundle'),
  );
  assert.ok(halfWay.length >= 2 && halfWay.length < count, `${halfWay.length} of ${count} before the last run`);

  const outcome = await serval('storage-config', 'migrate', '-A', '--write', '--backup', 'kept.json');
  assert.equal(outcome.code, 0, outcome.stderr);
  for (let index = 0; index < count; index++) {
    const after = {
      data: await dataOf(cluster, `team-${index}`),
      configMaps: await bundlesOf(cluster, `team-${index}`),
    };
    assert.equal(readAsKServe('localMinIO', after).verdict, 'trusts');
    assert.equal(readAsModelMesh('localMinIO', after).verdict, 'trusts');
  }
  assert.equal((await serval('storage-config', 'migrate', '--undo', 'kept.json')).code, 0);
  for (let index = 0; index < count; index++) {
    assert.deepEqual(await dataOf(cluster, `team-${index}`), modelMeshSecret.data);
    assert.deepEqual(await bundlesOf(cluster, `team-${index}`), {});
  }
  assert.match(await readFile(join(directory, 'kept.json'), 'utf8'), /"StorageConfigBackup"/);
  assert.doesNotMatch(printed + outcome.stdout + outcome.stderr, /SENTINEL|BEGIN CERT|MII/);
});

test('a namespace that goes, and none at all', async (t) => {
  const { client, serval } = await startCluster(t);
  const none = await serval('storage-config', 'check', '-A');
  assert.deepEqual([none.code, none.stderr], [0, 'no Secret storage-config\n']);
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'empty' } });
  assert.equal((await serval('storage-config', 'migrate', '-n', 'empty', '--write')).code, 0);
  const wrong = await serval('storage-config', 'check', '-A', '-n', 'empty');
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
});
