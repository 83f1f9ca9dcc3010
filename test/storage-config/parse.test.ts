import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createAuthority, type KeyPair } from '@serval/kube/certificates';
import { chooseEntry, parseStorageConfig } from '@serval/storage/config';

const now = new Date('2026-06-01T00:00:00Z');
const dayMs = 86_400_000;
let ca: KeyPair;
let other: KeyPair;
let expired: KeyPair;
before(async () => {
  ca = await createAuthority('models', now.getTime());
  other = await createAuthority('other', now.getTime());
  expired = await createAuthority('old', now.getTime() - 9 * dayMs, dayMs);
});

function entryOf(fields: object, configMaps?: Record<string, string>) {
  const options = { now, ...(configMaps ? { configMaps: (name: string) => configMaps[name] } : {}) };
  return parseStorageConfig({ default_s3: JSON.stringify(fields) }, options).entries[0]!;
}

const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);

test('what a certificate field holds is decided by its content', () => {
  const configMaps = { 'my-ca': ca.certificate };
  for (const [fields, source, deprecated] of [
    [{ certificate: ca.certificate }, 'inline', false],
    [{ ca_bundle: ca.certificate }, 'inline', true],
    [{ ca_bundle: '/etc/ca.crt' }, 'path', false],
    [{ certificate: '/etc/ca.crt' }, 'path', true],
    [{ cabundle_configmap: 'my-ca' }, 'configMap', false],
    [{ ca_bundle_configmap: 'my-ca' }, 'configMap', true],
    [{ ca_bundle: 'my-ca' }, 'configMap', true],
  ] as const) {
    const { certificates, problems } = entryOf({ type: 's3', ...fields }, configMaps);
    assert.deepEqual(
      certificates.map((it) => [it.source, it.deprecated]),
      [[source, deprecated]],
    );
    assert.deepEqual(codes(problems), deprecated ? ['DeprecatedField'] : []);
    if (source !== 'path') assert.equal(certificates[0]!.chain[0]!.subject, 'CN=models');
  }
});

test('what is neither PEM, path nor name says what was expected', () => {
  for (const [field, code, text] of [
    ['certificate', 'PemExpected', /expected certificates as PEM text/],
    ['ca_bundle', 'PathExpected', /expected an absolute path/],
    ['cabundle_configmap', 'NameExpected', /expected the name of a ConfigMap/],
  ] as const) {
    const { problems } = entryOf({ type: 's3', [field]: 'Sentinel Value!' });
    assert.deepEqual(codes(problems), [code]);
    assert.match(problems[0]!.message, text);
    assert.doesNotMatch(problems[0]!.message, /Sentinel/);
  }
});

test('both forms are compared by fingerprint', () => {
  const both = { type: 's3', certificate: ca.certificate, cabundle_configmap: 'my-ca' };
  assert.deepEqual(entryOf(both, { 'my-ca': ca.certificate }).problems, []);
  const { problems } = entryOf(both, { 'my-ca': other.certificate });
  assert.deepEqual(codes(problems), ['CertificatesDiffer']);
  assert.equal(problems[0]!.message.match(/([0-9A-F]{2}:){31}[0-9A-F]{2}/g)?.length, 2);
});

test('damaged, ended, private and missing certificates are told', () => {
  const cut = ca.certificate.slice(0, ca.certificate.length / 2);
  const changed = ca.certificate.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  for (const [pem, expected] of [
    [cut, ['PemMalformed']],
    [changed, ['PemMalformed']],
    [expired.certificate, ['Expired']],
    [ca.key, ['PrivateKey']],
    [ca.certificate + ca.key, ['PrivateKey']],
    ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', ['PemExpected']],
  ] as const) {
    const { problems } = entryOf({ type: 's3', certificate: pem });
    assert.deepEqual(codes(problems), expected);
  }
  assert.deepEqual(codes(entryOf({ type: 's3', cabundle_configmap: 'gone' }, {}).problems), ['NotFound']);
});

test('entries that are no objects, unknown kinds and misplaced fields are told, without a byte of them', () => {
  const { entries, problems } = parseStorageConfig(
    { a: '{"secret_access_key": "sentinel', b: '["sentinel"]', c: '{"type": "sentinel"}', certificate: ca.certificate },
    { now },
  );
  assert.deepEqual(
    entries.map((entry) => [entry.key, ...codes(entry.problems)]),
    [
      ['a', 'NotJson'],
      ['b', 'NotAnObject'],
      ['c', 'UnknownType'],
    ],
  );
  assert.deepEqual(codes(problems), ['MisplacedField']);
  assert.doesNotMatch(JSON.stringify([entries.map((it) => it.problems), problems]), /sentinel|BEGIN/);
});

test('the entry is the one that is named, else the default of its kind, else the default', () => {
  const config = parseStorageConfig({ default: '{}', default_s3: '{}', mine: '{"type":"gs"}' }, { now });
  const chosen = (choice: Parameters<typeof chooseEntry>[1]) => {
    const found = chooseEntry(config, choice);
    return found && ('code' in found ? found.message : found.key);
  };
  assert.equal(chosen({ key: 'mine', type: 's3' }), 'mine');
  assert.equal(chosen({ type: 's3' }), 'default_s3');
  assert.equal(chosen({ type: 'gcs' }), 'default');
  assert.equal(chosen({ key: 'yours' }), 'no entry yours; there are default, default_s3, mine');
  assert.equal(chooseEntry(parseStorageConfig({}, { now }), {}), undefined);
  assert.deepEqual(
    config.entries.map(({ type }) => type),
    [undefined, 's3', 'gcs'],
  );
});
