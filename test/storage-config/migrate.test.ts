import assert from 'node:assert/strict';
import { test } from 'node:test';
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
