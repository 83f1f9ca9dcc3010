import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { configMaps, namespaces, secrets } from '@serval/kube/objects';
import { createCertificates } from '../storage-config/certificates.ts';
import { secretCases } from '../storage-config/secrets.ts';
import { decoded, secretOf } from '../storage-config/support.ts';
import { clientOf } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { launcher, run, startPlatform } from '../support/serval.ts';

test('beside the operator: admission takes what migrate writes, nobody changes it again, and it can be taken back', async (t) => {
  const pem = await createCertificates();
  const { dataDir, kubeconfig } = await startPlatform(t);
  const client = await clientOf(kubeconfig);
  const cli = (...args: string[]) =>
    run(process.execPath, [launcher, 'storage-config', ...args, '--data-dir', dataDir], { cwd: dataDir });
  const good = secretCases(pem).filter(({ name }) => /^(KServe|ModelMesh|mixed)/.test(name));
  const before = new Map<string, Record<string, string>>();
  for (const [index, { name, data, configMaps: bundles = {} }] of good.entries()) {
    const namespace = `team-${index}`;
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const [bundle, text] of Object.entries(bundles)) {
      const metadata = { namespace, name: bundle };
      await client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { 'cabundle.crt': text },
      });
    }
    const secret = secretOf(namespace, data);
    // The inline text leads: the operator keeps the ConfigMaps that migrate makes equal to it.
    const annotations = { 'serving.kserve.io/storage-config-source': 'inline' };
    await client.create(secrets, {
      ...secret,
      metadata: { ...secret.metadata, ...(name.startsWith('ModelMesh') ? { annotations } : {}) },
    });
    before.set(namespace, data);
  }
  const migrated = await cli('migrate', '-A', '--write', '--backup', 'backup.json');
  assert.equal(migrated.code, 1, `a path alone needs a person: ${migrated.stderr}`);
  assert.doesNotMatch(migrated.stderr, /were not written/);
  const checked = await cli('check', '-A', '--fail-on', 'warning');
  assert.equal(checked.code, 0, checked.stdout);

  const versions = async () =>
    [
      ...(await client.list(secrets)).items,
      ...(await client.list(configMaps)).items.filter(({ metadata }) => metadata.name?.endsWith('-ca')),
    ].map(({ metadata }) => [metadata.namespace, metadata.name, metadata.resourceVersion]);
  const settled = await versions();
  const again = await cli('migrate', '-A', '--write', '--backup', 'backup.json');
  assert.match(again.stderr, /^nothing to do/);
  assert.deepEqual(await versions(), settled);

  // A new authority reaches the ConfigMap through the Secret alone.
  const index = good.findIndex(({ name }) => name === 'ModelMesh: PEM');
  const namespace = `team-${index}`;
  const live = await client.get(secrets, { namespace, name: 'storage-config' });
  const entry = JSON.parse(decoded(live)['localMinIO'] ?? '') as Record<string, string>;
  const other = Buffer.from(JSON.stringify({ ...entry, certificate: pem.other })).toString('base64');
  await client.update(secrets, { ...live, apiVersion: 'v1', kind: 'Secret', data: { localMinIO: other } });
  await eventually(async () => {
    const bundle = await client.get(configMaps, { namespace, name: entry['cabundle_configmap'] ?? '' });
    assert.equal(bundle.data?.['cabundle.crt']?.trim(), pem.other.trim());
  });

  await writeFile(join(dataDir, 'again.json'), await readFile(join(dataDir, 'backup.json')));
  const undone = await cli('migrate', '--undo', 'again.json');
  assert.equal(undone.code, 1);
  assert.match(undone.stdout, new RegExp(`^Secret ${namespace}/storage-config: changed since$`, 'm'));
  for (const [team, data] of before) {
    if (team === namespace) continue;
    assert.deepEqual(decoded(await client.get(secrets, { namespace: team, name: 'storage-config' })), data);
  }
});
