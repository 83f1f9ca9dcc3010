import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedEntryDiff } from './masked-diff.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----\n';

test('places are shown, certificates have a digest, and all else has its size', () => {
  const before = { type: 's3', secret_access_key: 'SENTINEL-1', certificate: '/etc/ca.crt', team: 'SENTINEL', n: 1 };
  const after = { type: 's3', secret_access_key: 'SENTINEL-2', ca_bundle: '/etc/ca.crt', certificate: pem, n: '1' };
  assert.deepEqual(maskedEntryDiff(JSON.stringify(before), JSON.stringify(after)), [
    '  "type": "s3"',
    '- "secret_access_key": <10 bytes>',
    '+ "secret_access_key": <10 bytes> (another value)',
    '+ "ca_bundle": "/etc/ca.crt"',
    '- "certificate": "/etc/ca.crt"',
    '+ "certificate": <61 bytes, sha256 2a112c06>',
    '- "team": <8 bytes>',
    '- "n": <number>',
    '+ "n": <1 bytes>',
  ]);
});

test('what could hide a credential is not shown: URLs with users and queries, texts where places belong, keys in PEM', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nSENTINEL\n-----END PRIVATE KEY-----';
  const fields = {
    endpoint_url: 'https://u:SENTINEL@h',
    url: 'https://h?token=SENTINEL',
    certificate: 'SENTINEL and blanks',
    ca_bundle: `${key}${pem}`,
    headers: { authorization: 'SENTINEL' },
    cabundle_configmap: 'SENTINEL',
  };
  const text = maskedEntryDiff(undefined, JSON.stringify(fields)).join('\n');
  assert.doesNotMatch(text, /SENTINEL|sha256/);
  assert.doesNotMatch(maskedEntryDiff('{"SENTINEL', '["SENTINEL"]').join('\n'), /SENTINEL/);
});
