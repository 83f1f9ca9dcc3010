import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startEngine } from '@serval/engine';
import { createAuthority } from '@serval/kube/certificates';
import { createClient, silentLog } from '@serval/kube/client';
import { configMaps, type Secret, secrets } from '@serval/kube/objects';
import type { SecretRecord } from './backup.ts';
import { readConfigMap } from './live-secrets.ts';
import { planSecret } from './plan-secret.ts';
import { decodeSecret, encodeBase64 } from './storage-secret.ts';
import { undoSecret } from './undo-live.ts';
import { recordOf, writeSecret } from './write-live.ts';

const namespace = 'default';
const at = { namespace, name: 'storage-config' };
const signal = AbortSignal.timeout(60_000);

async function start(t: TestContext) {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-test-'));
  const engine = await startEngine({ dataDir, log: silentLog });
  t.after(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  const { certificate } = await createAuthority('one', Date.now());
  const data = { minio: encodeBase64(JSON.stringify({ type: 's3', bucket: 'b', certificate })) };
  const live = await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: at, data });
  const plan = async (secret: Secret) => ({
    live: secret,
    planned: await planSecret(decodeSecret(secret, namespace), readConfigMap(client, namespace, signal), {
      to: 'dual',
      mountPath: undefined,
      now: new Date(),
      createsNamed: true,
    }),
  });
  let planned = 0;
  const records: SecretRecord[] = [];
  const writer = {
    client,
    signal,
    plan: async () => {
      planned++;
      return plan(await client.get(secrets, at));
    },
    record: async (record: SecretRecord) => void records.push(record),
  };
  return { client, live, plan, writer, records, timesPlanned: () => planned };
}

test('what was planned for another revision is planned anew, recorded anew, and keeps what the other wrote', async (t) => {
  const { client, live, plan, writer, records, timesPlanned } = await start(t);
  const stale = await plan(live);
  const pvc = encodeBase64('{"type":"pvc","name":"a"}');
  await client.update(secrets, { ...live, data: { ...live.data, pvc } });
  assert.equal(await writeSecret(stale, writer), 'migrated');
  assert.equal(timesPlanned(), 1);
  assert.equal(records.length, 1);
  const after = await client.get(secrets, at);
  assert.equal(after.data?.['pvc'], pvc);
  assert.match(
    Buffer.from(after.data?.['minio'] ?? '', 'base64').toString(),
    /"cabundle_configmap":"storage-config-minio-ca"/,
  );

  assert.equal(await undoSecret(client, records[0] as SecretRecord, { force: false, signal }), 'undone');
  assert.deepEqual((await client.get(secrets, at)).data, { ...live.data, pvc });
  // The first plan, which a backup holds too, had made the ConfigMap when the conflict came.
  assert.equal(await undoSecret(client, recordOf(stale.planned), { force: false, signal }), 'undone');
  await assert.rejects(client.get(configMaps, { namespace, name: 'storage-config-minio-ca' }), /not found/);
  assert.equal(await undoSecret(client, records[0] as SecretRecord, { force: false, signal }), 'was not migrated');
});

test('a ConfigMap that was made before a kill is taken up; one of another content is not overwritten', async (t) => {
  const { client, live, plan, writer } = await start(t);
  const { planned } = await plan(live);
  const [name = '', bundle = ''] = Object.entries(planned.migration.configMaps)[0] ?? [];
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } } as const;
  const foreign = await createAuthority('other', Date.now());
  await client.create(configMaps, { ...configMap, data: { 'cabundle.crt': foreign.certificate } });
  assert.equal(await writeSecret({ live, planned }, writer), 'nothing to do');
  assert.deepEqual(
    (await plan(live)).planned.migration.untouched.map(({ code }) => code),
    ['NameTaken'],
  );
  assert.deepEqual((await client.get(secrets, at)).data, live.data);

  await client.delete(configMaps, { namespace, name });
  await client.create(configMaps, { ...configMap, data: { 'cabundle.crt': bundle } });
  assert.equal(await writeSecret({ live, planned }, writer), 'migrated');
});

test('a Secret that is gone meanwhile is no failure, and an immutable one is told', async (t) => {
  const { client, live, plan, writer } = await start(t);
  const fixed = { ...live, immutable: true };
  await assert.rejects(writeSecret({ ...(await plan(live)), live: fixed }, writer), /immutable/);
  const start1 = await plan(live);
  await client.delete(secrets, at);
  const gone = { ...writer, plan: async () => undefined };
  assert.equal(await writeSecret(start1, gone), 'gone');
});
