import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestErrorFrom } from './errors.ts';

test('an alert about our certificate is not taken for a server that cannot be trusted', () => {
  const url = new URL('https://host:9871/x');
  const errorOf = (code: string) =>
    requestErrorFrom(Object.assign(new Error('x'), { code }), 'hdfs://x', url, new AbortController().signal);
  const refused = errorOf('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  assert.equal(refused.code, 'AccessDenied');
  assert.match(refused.message, /host:9871 refused the TLS connection for hdfs:\/\/x .* client certificate/);
  assert.equal(errorOf('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA').code, 'AccessDenied');
  assert.equal(errorOf('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION').code, 'TlsUntrusted');
  assert.equal(errorOf('ERR_SSL_WRONG_VERSION_NUMBER').code, 'TlsUntrusted');
});
