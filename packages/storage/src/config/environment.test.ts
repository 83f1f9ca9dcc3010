import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentOf, withStorageConfig } from './environment.ts';

test('entries become the variables that providers read', () => {
  for (const [fields, variables] of [
    [
      { type: 's3', endpoint_url: 'https://minio', access_key_id: 'id', secret_access_key: 'key', verify_ssl: false },
      {
        AWS_ENDPOINT_URL: 'https://minio',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'key',
        S3_VERIFY_SSL: 'false',
      },
    ],
    [
      { type: 'gs', private_key: 'pem', client_email: 'me@x', token_uri: 'https://t', bucket: 'b' },
      {
        GOOGLE_APPLICATION_CREDENTIALS: undefined,
        GOOGLE_APPLICATION_CREDENTIALS_JSON:
          '{"type":"service_account","private_key":"pem","client_email":"me@x","token_uri":"https://t"}',
      },
    ],
    [{ type: 'gcs', bucket: 'b' }, {}],
    [
      { type: 'https', url: 'https://models/base', headers: { Authorization: 'Bearer x', Accept: ['a', 'b'] } },
      {
        'STORAGE_CONFIG.url': 'https://models/base',
        'STORAGE_CONFIG.headers': '{"Authorization":"Bearer x","Accept":"a, b"}',
      },
    ],
    [{ type: 'pvc', name: 'claim' }, {}],
    [{ type: 'unknown', bucket: 'b' }, {}],
    [
      { type: 's3', certificate: '-----BEGIN CERTIFICATE-----', ca_bundle: '/ca.crt', cabundle_configmap: 'minio-ca' },
      {
        'STORAGE_CONFIG.certificate': '-----BEGIN CERTIFICATE-----',
        'STORAGE_CONFIG.ca_bundle': '/ca.crt',
        AWS_CA_BUNDLE: '/ca.crt',
      },
    ],
  ] as const) {
    assert.deepEqual(environmentOf(fields), variables);
  }
  const principal = environmentOf({ type: 'azure', client_id: 'i', client_secret: 's', tenant_id: 't' });
  assert.deepEqual(
    [principal['AZ_CLIENT_ID'], principal['AZ_CLIENT_SECRET'], principal['AZ_TENANT_ID']],
    ['i', 's', 't'],
  );
  assert.ok('AZURE_STORAGE_SAS_TOKEN' in principal && principal['AZURE_STORAGE_SAS_TOKEN'] === undefined);
  const string = environmentOf({ type: 'azure', connection_string: 'AccountName=a', client_id: 'i' });
  assert.equal(string['AZURE_STORAGE_CONNECTION_STRING'], 'AccountName=a');
  assert.equal(string['AZ_CLIENT_ID'], undefined);
});

test('parameters win, reach below fields, and may bring the type', () => {
  const environment = withStorageConfig({
    OTHER: 'kept',
    STORAGE_CONFIG: JSON.stringify({ headers: { 'X-Team': 'a', 'X-Other': 'b' }, certificate: 'x' }),
    STORAGE_OVERRIDE_CONFIG: JSON.stringify({ type: 'http', 'headers.X-Team': 'c', 'headers.X-New': 'd' }),
  });
  assert.equal(environment['OTHER'], 'kept');
  assert.equal(environment['STORAGE_CONFIG.headers'], '{"X-Team":"c","X-Other":"b","X-New":"d"}');
});

test('what belongs together is told when it is not', () => {
  for (const [fields, message] of [
    [{ type: 'gcs', private_key: 'sentinel' }, /of type gcs has no client_email/],
    [{ type: 'azure', client_id: 'x', tenant_id: 'y' }, /has no client_secret/],
    [{ type: 'http', client_key: 'sentinel' }, /has no client_certificate/],
    [{ type: 'http', url: 'sentinel' }, /field "url" of the storage entry is no http or https address/],
    [{ type: 'hdfs' }, /has no HDFS_NAMENODE/],
  ] as const) {
    assert.throws(
      () => environmentOf(fields),
      (error: Error) => message.test(error.message) && !/sentinel/.test(error.message),
    );
  }
});
