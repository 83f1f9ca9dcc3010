import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthority } from '@serval/kube/certificates';
import { planMigration } from '@serval/storage/config';
import { createCertificates } from './certificates.ts';
import { readAsKServe } from './kserve-reader.ts';
import { readAsModelMesh } from './modelmesh-reader.ts';
import type { Reading } from './reading.ts';
import { secretCases } from './secrets.ts';

const now = new Date();
const cases = secretCases(await createCertificates());

test('there are enough Secrets, and many of each sort', () => {
  const count = (start: string) => cases.filter(({ name }) => name.startsWith(start)).length;
  assert.ok(cases.length >= 30, `${cases.length}`);
  for (const sort of ['KServe', 'ModelMesh', 'mixed', 'annotated', 'misplaced', 'broken']) assert.ok(count(sort) >= 3);
});

for (const { name, data, configMaps = {}, files = {}, entries, removed = [] } of cases) {
  test(name, () => {
    const before = { data, configMaps, files };
    for (const [key, entry] of Object.entries(entries)) {
      // The readers must refuse what upstream refuses: else what they say afterwards proves nothing.
      if (!entry.before) continue;
      assert.equal(readAsKServe(key, before).verdict, entry.before.kserve, `KServe, ${key}, before`);
      assert.equal(readAsModelMesh(key, before).verdict, entry.before.modelmesh, `ModelMesh, ${key}, before`);
    }

    const plan = planMigration(data, (each) => configMaps[each], { now });
    const after = { data: plan.data, configMaps: { ...configMaps, ...plan.configMaps }, files };
    for (const [key, entry] of Object.entries(entries)) {
      if (entry.untouched !== undefined || entry.unchanged)
        assert.equal(plan.data[key], data[key], `${key} is the same`);
      const found = plan.untouched.find((remark) => remark.key === key && remark.untouched);
      assert.equal(found?.code, entry.untouched, `${key}: ${found?.message}`);
      if (!entry.trusts && !entry.after) continue;
      const check = (reader: string, reading: Reading, expected: string) => {
        const told = reading.verdict === 'rejects' ? `${reading.verdict}: ${reading.reason}` : reading.verdict;
        assert.equal(reading.verdict, expected, `${reader}, ${key}, afterwards ${told}`);
        if (reading.verdict === 'trusts') assert.deepEqual(reading.fingerprints, entry.trusts);
      };
      for (const release of ['0.15', '0.20'] as const) {
        check(`KServe ${release}`, readAsKServe(key, after, { release }), entry.after?.kserve ?? 'trusts');
      }
      check('ModelMesh', readAsModelMesh(key, after), entry.after?.modelmesh ?? 'trusts');
    }
    const keys = Object.keys(data).filter((key) => !removed.includes(key));
    assert.deepEqual(Object.keys(plan.data), keys);

    const again = planMigration(after.data, (each) => after.configMaps[each], { now });
    assert.deepEqual([again.changes, again.configMaps, again.data], [[], {}, plan.data]);
    assert.doesNotMatch(JSON.stringify([plan.changes, plan.untouched]), /SENTINEL|BEGIN CERT|MII/);
  });
}

const pem = await createCertificates();
const entry = {
  type: 's3',
  bucket: 'b',
  access_key_id: 'a',
  secret_access_key: 'SENTINEL',
  endpoint_url: 'u',
  region: 'r',
};
const remarks = (plan: ReturnType<typeof planMigration>) => plan.untouched.map(({ key, code }) => [key, code]);

test('certificates that no environment variable could hold are not put into an entry', async () => {
  const many = await Promise.all(Array.from({ length: 250 }, (_, index) => createAuthority(`ca-${index}`, Date.now())));
  const bundle = many.map(({ certificate }) => `${certificate}\n`).join('');
  const data = { minio: JSON.stringify({ ...entry, cabundle_configmap: 'all' }) };
  const plan = planMigration(data, () => bundle, { now });
  assert.deepEqual([remarks(plan), plan.data, plan.changes], [[['minio', 'TooLarge']], data, []]);
});

test('a ConfigMap that another has made is not taken over, and an equal one is', () => {
  const data = { minio: JSON.stringify({ ...entry, certificate: pem.one }) };
  const foreign = planMigration(data, (name) => (name === 'storage-config-minio-ca' ? pem.other : undefined), { now });
  assert.deepEqual([remarks(foreign), foreign.data], [[['minio', 'NameTaken']], data]);
  const equal = planMigration(data, () => pem.commented, { now });
  assert.deepEqual(
    [equal.configMaps, JSON.parse(equal.data['minio'] ?? '').cabundle_configmap],
    [{}, 'storage-config-minio-ca'],
  );
});

test('names only: nothing is filled', () => {
  const data = { minio: JSON.stringify({ ...entry, ca_bundle: pem.one, default_bucket: 'd' }) };
  const plan = planMigration(data, () => undefined, { now, to: 'names' });
  assert.deepEqual(plan.configMaps, {});
  assert.equal(plan.data['minio'], data.minio.replace('"ca_bundle"', '"certificate"'));
});

test('KServe before 0.12 takes certificate for a path, so no entry can serve it and ModelMesh both', () => {
  const data = { minio: JSON.stringify({ ...entry, certificate: pem.one, cabundle_configmap: 'ca' }) };
  assert.equal(readAsKServe('minio', { data, configMaps: { ca: pem.one } }, { release: '0.11' }).verdict, 'rejects');
});

test('a service that gives the type makes KServe overlook the ConfigMap, whatever the entry', () => {
  const data = { minio: JSON.stringify({ ...entry, certificate: pem.one, cabundle_configmap: 'ca' }) };
  const surroundings = { data, configMaps: { ca: pem.one } };
  assert.equal(readAsKServe('minio', surroundings, { typeInService: 's3' }).verdict, 'roots');
});
