import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startFaultProxy } from '../test-support/fault-proxy.ts';
import { loopbackCertificate } from '../test-support/loopback-certificate.ts';
import { KEYS, startS3 } from '../test-support/s3-server.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const BUCKET = {
  'models/iris/model.json': '{"a":1}',
  'models/iris/config/labels.txt': 'setosa',
  'models/iris/': '',
  'models/iris/empty': '',
  'models/iris-v2/model.json': 'v2',
  'models/iris.bin': 'bin',
  "models/odd/ä +%&'()*!~#?=@,;:$.json": 'odd',
};

test('a prefix takes whole path segments only, keeps empty objects, skips markers of directories', async (t) => {
  const s3 = await startS3(t, BUCKET, { keys: KEYS });
  for (const uri of ['s3://models/iris', 's3://models/iris/']) {
    const directory = await temporaryDirectory(t);
    const report = await download(uri, directory, { environment: s3.environment });
    assert.deepEqual(await filesOf(directory), ['config/labels.txt', 'empty', 'model.json']);
    assert.equal(await readFile(join(directory, 'model.json'), 'utf8'), '{"a":1}');
    assert.equal(report.files, 3);
    assert.equal(report.bytes, 13);
  }
});

test('an exact key is that one file', async (t) => {
  const s3 = await startS3(t, BUCKET, { keys: KEYS });
  const directory = await temporaryDirectory(t);
  await download('s3://models/iris/model.json', directory, { environment: s3.environment });
  assert.deepEqual(await filesOf(directory), ['model.json']);
});

test('a bucket alone is everything in it', async (t) => {
  const s3 = await startS3(t, BUCKET, { keys: KEYS });
  const directory = await temporaryDirectory(t);
  assert.equal((await download('s3://models', directory, { environment: s3.environment })).files, 6);
});

test('keys with every kind of character are signed and named right', async (t) => {
  const s3 = await startS3(t, BUCKET, { keys: { ...KEYS, sessionToken: 'a+b/c==' } });
  const directory = await temporaryDirectory(t);
  await download('s3://models/odd', directory, { environment: s3.environment });
  assert.deepEqual(await filesOf(directory), ["ä +%&'()*!~#?=@,;:$.json"]);
  const exact = await temporaryDirectory(t);
  await download("s3://models/odd/ä +%&'()*!~#?=@,;:$.json", exact, { environment: s3.environment });
  assert.deepEqual(await filesOf(exact), ["ä +%&'()*!~#?=@,;:$.json"]);
});

test('listings of many pages are read to the end', async (t) => {
  const objects = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`b/m/${i} & more`, `${i}`]));
  const s3 = await startS3(t, objects, { pageSize: 4 });
  const directory = await temporaryDirectory(t);
  assert.equal((await download('s3://b/m', directory, { environment: s3.environment })).files, 25);
});

test('virtual-host style puts the bucket into the host name', async (t) => {
  const s3 = await startS3(t, BUCKET, { keys: KEYS });
  const directory = await temporaryDirectory(t);
  // The name resolves on no machine's word: a proxy takes the request, as it would in a cluster.
  const environment = {
    ...s3.environment,
    AWS_ENDPOINT_URL: 'http://localhost:1',
    S3_USER_VIRTUAL_BUCKET: 'true',
    http_proxy: s3.url,
  };
  await download('s3://models/iris', directory, { environment });
  assert.equal((await filesOf(directory)).length, 3);
  assert.match(s3.requests.at(-1)!, /^GET http:\/\/models\.localhost:1\/iris\//);
});

test('requests go to the region that the server names', async (t) => {
  const s3 = await startS3(t, BUCKET, { keys: KEYS, region: 'eu-central-1' });
  const directory = await temporaryDirectory(t);
  const environment = { ...s3.environment, AWS_DEFAULT_REGION: 'us-east-1' };
  await download('s3://models/iris', directory, { environment });
  assert.equal((await filesOf(directory)).length, 3);
});

test('KServe names: S3_ENDPOINT with S3_USE_HTTPS=0, awsAnonymousCredential, STORAGE_CONFIG', async (t) => {
  const anonymous = await startS3(t, BUCKET);
  const environment = {
    S3_ENDPOINT: anonymous.url.replace('http://', ''),
    S3_USE_HTTPS: '0',
    awsAnonymousCredential: 'true',
    AWS_ACCESS_KEY_ID: 'unused',
    AWS_SECRET_ACCESS_KEY: 'unused',
  };
  await download('s3://models/iris', await temporaryDirectory(t), { environment });
  const signed = await startS3(t, BUCKET, { keys: KEYS });
  const entry = {
    type: 's3',
    access_key_id: KEYS.accessKeyId,
    secret_access_key: KEYS.secretAccessKey,
    endpoint_url: 'http://replaced',
  };
  await download('s3://models/iris', await temporaryDirectory(t), {
    environment: {
      STORAGE_CONFIG: JSON.stringify(entry),
      STORAGE_OVERRIDE_CONFIG: JSON.stringify({ endpoint_url: signed.url }),
    },
  });
});

test("TLS: an authority of AWS_CA_BUNDLE or of KServe's global bundle is added, S3_VERIFY_SSL=0 asks for none", async (t) => {
  const tls = loopbackCertificate();
  const s3 = await startS3(t, BUCKET, { keys: KEYS, tls });
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'cabundle.crt'), tls.cert);
  await assert.rejects(download('s3://models/iris', directory, s3), failsWith('TlsUntrusted', /AWS_CA_BUNDLE/));
  for (const added of [
    { AWS_CA_BUNDLE: tls.certPath },
    { CA_BUNDLE_CONFIGMAP_NAME: 'global', CA_BUNDLE_VOLUME_MOUNT_POINT: directory },
    { S3_VERIFY_SSL: '0' },
  ]) {
    const environment = { ...s3.environment, ...added };
    await download('s3://models/iris', await temporaryDirectory(t), { environment });
  }
});

test('failures say what is wrong, without a secret', async (t) => {
  const s3 = await startS3(
    t,
    { ...BUCKET, 'evil/m/../../etc/passwd': 'x', 'evil/abs//etc/passwd': 'x' },
    { keys: KEYS },
  );
  const directory = await temporaryDirectory(t);
  const wrong = { ...s3.environment, AWS_SECRET_ACCESS_KEY: 'wrong-secret-value' };
  const cases: [string, Record<string, string>, StorageErrorCode, RegExp][] = [
    [
      's3://models/iri',
      s3.environment,
      'ObjectNotFound',
      /no object under s3:\/\/models\/iri\/.*"iris-v2\/model.json"/,
    ],
    ['s3://models/nothing', s3.environment, 'ObjectNotFound', /no object under s3:\/\/models\/nothing\//],
    ['s3://nobucket/x', s3.environment, 'ObjectNotFound', /bucket "nobucket" does not exist/],
    ['s3://', s3.environment, 'InvalidUri', /names no bucket/],
    ['s3://models/iris', wrong, 'AccessDenied', /403 SignatureDoesNotMatch/],
    ['s3://models/iris', { AWS_ENDPOINT_URL: s3.url }, 'AccessDenied', /anonymous/],
    [
      's3://models/iris',
      { AWS_ENDPOINT_URL: s3.url, AWS_ACCESS_KEY_ID: 'x' },
      'InvalidConfiguration',
      /AWS_SECRET_ACCESS_KEY/,
    ],
    ['s3://models/iris', { AWS_ENDPOINT_URL: 'http://u:p@h' }, 'InvalidConfiguration', /AWS_ENDPOINT_URL/],
    ['s3://evil/m', s3.environment, 'UnsafeName', /"\.\.\/\.\.\/etc\/passwd"/],
    ['s3://evil/abs', s3.environment, 'UnsafeName', /"\/etc\/passwd"/],
  ];
  for (const [uri, environment, code, pattern] of cases) {
    await assert.rejects(download(uri, directory, { environment, retries: 0 }), (error: Error) => {
      assert.doesNotMatch(JSON.stringify({ ...error, message: error.message }), /wrong-secret-value|EXAMPLEKEY/);
      return failsWith(code, pattern)(error);
    });
  }
  assert.deepEqual(await filesOf(directory), []);
});

test('a listing that is cut where nothing else tells is asked for again', async (t) => {
  const s3 = await startS3(t, { 'b/m/a': 'a', 'b/m/b': 'b' });
  const proxy = await startFaultProxy(t, s3.url);
  // Without length or chunks it is left to a full parser, which asks again.
  proxy.listFaults = Array.from({ length: 2 }, () => ({ kind: 'cut', afterBytes: 220 }));
  const directory = await temporaryDirectory(t);
  const report = await download('s3://b/m/', directory, {
    environment: { ...s3.environment, AWS_ENDPOINT_URL: proxy.url },
    retryBaseMs: 1,
  });
  assert.equal(report.retries, 1);
  assert.deepEqual(await filesOf(directory), ['a', 'b']);
});
