import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planMigration } from '@serval/storage/config';
import fc from 'fast-check';
import { createCertificates } from './certificates.ts';
import { readAsKServe } from './kserve-reader.ts';
import { readAsModelMesh } from './modelmesh-reader.ts';

const now = new Date();
const pem = await createCertificates();
const certificateFields = ['certificate', 'ca_bundle', 'cabundle_configmap', 'ca_bundle_configmap'];
const contents = [
  ...[pem.one, pem.one, pem.other, pem.bundle, pem.windows, pem.commented, pem.expired, pem.truncated, pem.privateKey],
  ...['/etc/ssl/custom-certs/cabundle.crt', '/opt/ca.crt', '/nowhere', 'one', 'other', 'absent', '', 'SENTINEL text'],
];
const configMaps: Record<string, string> = { one: pem.one, other: pem.other };
const files = { '/opt/ca.crt': pem.one };

const required = { endpoint_url: 'https://a', access_key_id: 'SENTINEL', secret_access_key: 'SENTINEL', region: 'r' };
const certificates = fc.dictionary(fc.constantFrom(...certificateFields), fc.constantFrom(...contents), { maxKeys: 3 });
const others = fc.dictionary(fc.stringMatching(/^[a-zé. -]{1,6}$/), fc.oneof(fc.string(), fc.boolean(), fc.nat()), {
  maxKeys: 3,
});
const entry = fc
  .tuple(
    fc.constantFrom({ type: 's3' }, { type: 's3' }, { type: 'http', url: 'https://a' }, {}),
    certificates,
    others,
    fc.constantFrom({ bucket: 'b' }, { default_bucket: 'b' }, {}),
    fc.constantFrom(0, 2, 4, '\t'),
    fc.constantFrom('\n', '\r\n'),
    fc.nat(),
  )
  .map(([type, given, other, bucket, indent, lineEnd, seed]) => {
    const fields = Object.entries({ ...other, ...required, ...type, ...given, ...bucket });
    const turned = [...fields.slice(seed % fields.length), ...fields.slice(0, seed % fields.length)];
    return JSON.stringify(Object.fromEntries(turned), null, indent).replaceAll('\n', lineEnd);
  });
const secret = fc.dictionary(
  fc.oneof(
    fc.constantFrom('minio', 'default', 'default_s3', 'MinIO', ...certificateFields),
    fc.stringMatching(/^[-._a-zA-Z0-9]{1,8}$/),
  ),
  fc.oneof({ weight: 6, arbitrary: entry }, fc.constantFrom(...contents, '[]', '{', '"text"')),
  { maxKeys: 4 },
);

test('whatever the Secret: what is migrated reads the same, what is not is the same to the byte, and once is enough', () => {
  fc.assert(
    fc.property(secret, (data) => {
      const plan = planMigration(data, (name) => configMaps[name], { now });
      const before = { data, configMaps, files };
      const after = { data: plan.data, configMaps: { ...configMaps, ...plan.configMaps }, files };
      for (const name of Object.keys(plan.configMaps)) assert.ok(!Object.hasOwn(configMaps, name) || name === 'absent');

      for (const [key, text] of Object.entries(data)) {
        const remarks = plan.untouched.filter((remark) => remark.key === key);
        const changes = plan.changes.filter((change) => change.key === key);
        const now = plan.data[key];
        if (remarks.some(({ untouched }) => untouched)) {
          assert.equal(now, text);
          assert.deepEqual(changes, []);
        }
        if (now === text || now === undefined) continue;
        assert.ok(changes.length > 0, `${key} changed, and no change says so`);
        assert.deepEqual(otherFields(now), otherFields(text));
        // Nobody trusts other certificates than before, or stops reading what it read.
        for (const read of [readAsKServe, readAsModelMesh]) {
          const [was, is] = [read(key, before), read(key, after)];
          if (was.verdict === 'trusts') assert.deepEqual(is, { ...was, bucket: is.verdict === 'trusts' && is.bucket });
          // KServe reads a path that it had overlooked under another name or beside the entries, and the file may not be there: a change
          // says so.
          const isNewPath =
            changes.some(({ field, action }) => field === 'ca_bundle' && action === 'renamed') ||
            plan.changes.some(({ field, action }) => field === 'ca_bundle' && action === 'moved');
          if (was.verdict === 'roots' && !isNewPath) assert.notEqual(is.verdict, 'rejects', JSON.stringify(is));
        }
        const [kserve, modelmesh] = [readAsKServe(key, after), readAsModelMesh(key, after)];
        if (kserve.verdict === 'trusts' && modelmesh.verdict === 'trusts' && !now.includes('"/opt')) {
          assert.deepEqual(kserve.fingerprints, modelmesh.fingerprints);
        }
      }

      const again = planMigration(plan.data, (name) => after.configMaps[name], { now });
      assert.deepEqual([again.changes, again.configMaps, again.data], [[], {}, plan.data]);
      assert.doesNotMatch(JSON.stringify([plan.changes, plan.untouched]), /SENTINEL|BEGIN CERT|MII/);
    }),
    { numRuns: 1_000 },
  );
});

/** In their order, as texts. */
function otherFields(text: string): [string, string][] {
  return Object.entries(JSON.parse(text) as Record<string, unknown>)
    .filter(([name]) => !certificateFields.includes(name) && name !== 'bucket')
    .map(([name, value]) => [name, String(value)]);
}
