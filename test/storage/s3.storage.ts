import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { download } from '../../packages/storage/src/download.ts';
import type { StorageErrorCode } from '../../packages/storage/src/errors.ts';
import { failsWith, filesOf } from '../../packages/storage/src/test-support/expect.ts';
import { type Fault, startFaultProxy } from '../../packages/storage/src/test-support/fault-proxy.ts';
import { loopbackCertificate } from '../../packages/storage/src/test-support/loopback-certificate.ts';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { checksumOf } from './support/checksums.ts';
import { startIdentityProvider } from './support/identity-provider.ts';
import { startMinio } from './support/minio.ts';
import { installServer } from './support/servers.ts';

const { path: program, missing: skip } = installServer('minio');

const MIB = 1024 * 1024;
const ODD = "odd/ä +%&'()*!~#?=@,;:$ .json";
const NO_WAITS = { retries: 2, retryBaseMs: 1 };

/** Anyone may list and read. */
const PUBLIC_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: ['*'] },
      Action: ['s3:ListBucket', 's3:GetObject'],
      Resource: ['arn:aws:s3:::public', 'arn:aws:s3:::public/*'],
    },
  ],
});

test('objects of a real server: prefixes, names, keys, refusals', { skip }, async (t) => {
  const minio = await startMinio(t, program);
  const { environment } = minio;
  for (const bucket of ['models', 'public']) await minio.put(`/${bucket}`, '');
  const objects = ['model/a.json', 'model/sub/b.json', 'model2/x', 'model-old.bin', 'model/empty', ODD];
  for (const key of objects) {
    const path = `/models/${key.split('/').map(encodeURIComponent).join('/')}`;
    await minio.put(path, key.endsWith('empty') ? '' : key);
  }

  async function fetched(uri: string, more: Record<string, string> = {}): Promise<string[]> {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment: { ...environment, ...more }, ...NO_WAITS });
    return filesOf(directory);
  }

  await t.test('prefixes end at a slash, and zero-byte objects are kept', async () => {
    assert.deepEqual(await fetched('s3://models/model'), ['a.json', 'empty', 'sub/b.json']);
    assert.deepEqual(await fetched('s3://models/model/'), ['a.json', 'empty', 'sub/b.json']);
    assert.deepEqual(await fetched('s3://models/model/a.json'), ['a.json']);
    assert.deepEqual(await fetched(`s3://models/${ODD}`), [ODD.slice(4)]);
    assert.equal((await fetched('s3://models')).length, objects.length);
  });

  await t.test("SERVAL_S3_PREFIX_MATCH=string gives KServe's layout", async () => {
    const match = { SERVAL_S3_PREFIX_MATCH: 'string' };
    const names = ['-old.bin', '2/x', 'a.json', 'empty', 'sub/b.json'];
    assert.deepEqual(await fetched('s3://models/model', match), names);
    assert.deepEqual(await fetched('s3://models/model/a.json', match), ['a.json']);
  });

  await t.test('listings of many pages', async () => {
    await minio.put('/many', '');
    const keys = Array.from({ length: 1100 }, (_, index) => `m/${index} & +`);
    for (let start = 0; start < keys.length; start += 50) {
      const some = keys.slice(start, start + 50);
      await Promise.all(some.map((key) => minio.put(`/many/m/${encodeURIComponent(key.slice(2))}`, 'x')));
    }
    assert.equal((await fetched('s3://many/m')).length, keys.length);
  });

  await t.test('virtual-host style', async () => {
    // No machine resolves bucket names below localhost for sure, so the server is reached as a proxy would be.
    const virtual = { AWS_ENDPOINT_URL: 'http://localhost:1', S3_USER_VIRTUAL_BUCKET: 'true', http_proxy: minio.url };
    assert.deepEqual(await fetched('s3://models/model/sub', virtual), ['b.json']);
  });

  await t.test('anonymous, where a policy allows it', async () => {
    await minio.put('/public/m/x', 'x');
    await minio.call({ method: 'PUT', path: '/public', query: { policy: '' }, body: PUBLIC_POLICY });
    assert.deepEqual(await fetched('s3://public/m', { awsAnonymousCredential: 'true' }), ['x']);
    const none = { AWS_ENDPOINT_URL: minio.url };
    const directory = await temporaryDirectory(t);
    await download('s3://public/m', directory, { environment: none });
    const hint = /not allowed.*403 AccessDenied.*anonymous, because no credentials were found/;
    await assert.rejects(
      download('s3://models/model', directory, { environment: none }),
      failsWith('AccessDenied', hint),
    );
  });

  const session = await minio.call({
    method: 'POST',
    path: '/',
    service: 'sts',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=AssumeRole&Version=2011-06-15&DurationSeconds=900',
  });
  const field = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(session.text)![1]!;
  const temporary = {
    AWS_ACCESS_KEY_ID: field('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: field('SecretAccessKey'),
    AWS_SESSION_TOKEN: field('SessionToken'),
  };

  await t.test('a session token', async () => {
    assert.deepEqual(await fetched('s3://models/model/sub', temporary), ['b.json']);
  });

  const refusals: [string, string, Record<string, string>, StorageErrorCode, RegExp][] = [
    [
      'a wrong secret',
      's3://models/model',
      { AWS_SECRET_ACCESS_KEY: 'sentinel-secret' },
      'AccessDenied',
      /403 SignatureDoesNotMatch.*AWS_SECRET_ACCESS_KEY/,
    ],
    [
      'an unknown key',
      's3://models/model',
      { AWS_ACCESS_KEY_ID: 'sentinel-key' },
      'AccessDenied',
      /403 InvalidAccessKeyId.*AWS_ACCESS_KEY_ID/,
    ],
    [
      'a wrong session token',
      's3://models/model',
      { ...temporary, AWS_SESSION_TOKEN: 'sentinel-token' },
      'AccessDenied',
      /InvalidTokenId|InvalidToken|InvalidAccessKeyId/,
    ],
    [
      'a missing bucket',
      's3://nobucket/model',
      {},
      'ObjectNotFound',
      /bucket "nobucket" does not exist at 127\.0\.0\.1/,
    ],
    [
      'a missing prefix',
      's3://models/mod',
      {},
      'ObjectNotFound',
      /no object under s3:\/\/models\/mod\/ .*"model-old.bin"/,
    ],
    ['an impossible bucket', 's3://UPPER/x', {}, 'InvalidUri', /"UPPER" is no name/],
    [
      'another port',
      's3://models/model',
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      'SourceUnavailable',
      /nothing listens there/,
    ],
  ];
  for (const [what, uri, more, code, pattern] of refusals) {
    await t.test(`${what}: ${code}`, async (t) => {
      await assert.rejects(fetched(uri, more), (error: Error) => {
        t.diagnostic(error.message);
        assert.doesNotMatch(JSON.stringify({ ...error, message: error.message }), /sentinel|test-root-secret/);
        return failsWith(code, pattern)(error);
      });
    });
  }
});

test('whole objects are checked by each checksum that a real server keeps', { skip }, async (t) => {
  const minio = await startMinio(t, program);
  await minio.put('/models', '');
  const parts = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1234)];
  const model = Buffer.concat(parts);
  const cases: [string, 'PUT' | 'FULL_OBJECT' | 'COMPOSITE', string | undefined][] = [
    ['SHA256', 'PUT', 'sha256'],
    ['SHA1', 'PUT', 'sha1'],
    ['CRC64NVME', 'PUT', 'md5'],
    ['CRC32C', 'PUT', 'md5'],
    ['CRC32', 'PUT', 'md5'],
    ['CRC64NVME', 'FULL_OBJECT', 'crc64nvme'],
    ['CRC32C', 'FULL_OBJECT', 'crc32c'],
    ['CRC32', 'FULL_OBJECT', 'crc32'],
    ['SHA256', 'COMPOSITE', undefined],
    ['CRC32', 'COMPOSITE', undefined],
  ];
  for (const [algorithm, type, expected] of cases) {
    await t.test(`${algorithm} ${type}`, async (t) => {
      const path = `/models/${algorithm}-${type}/model.bin`;
      const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
      if (type === 'PUT') await minio.put(path, model, { [name]: checksumOf(algorithm, model) });
      else await minio.putParts(path, parts, { algorithm, type });

      // Whole, in ranges, and in ranges of which one comes damaged.
      for (const segmentBytes of [model.length, MIB, MIB]) {
        const proxy = await startFaultProxy(t, minio.url);
        const damaged: Fault[] = [{ kind: 'corrupt', at: 100 }];
        proxy.faults = expected && segmentBytes === MIB ? damaged : [];
        const directory = await temporaryDirectory(t);
        const environment = { ...minio.environment, AWS_ENDPOINT_URL: proxy.url };
        await download(`s3:/${path}`, directory, { environment, segmentBytes, ...NO_WAITS });
        assert.ok(model.equals(await readFile(join(directory, 'model.bin'))));
        const manifest = JSON.parse(await readFile(join(directory, '.serval-manifest.json'), 'utf8'));
        assert.equal(manifest.files[0].digest?.algorithm, expected);
      }
    });
  }

  await t.test('an object that is replaced between two ranges is fetched anew, never mixed', async (t) => {
    await minio.putParts('/models/changing.bin', parts);
    const proxy = await startFaultProxy(t, minio.url);
    const changed = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1234)];
    let replaced: Promise<unknown> = Promise.resolve();
    const hold = new Promise<void>((resolve) => {
      proxy.beforeData = (count) => {
        if (count !== 3) return;
        replaced = minio.putParts('/models/changing.bin', changed).finally(resolve);
      };
    });
    proxy.faults = [{ kind: 'pass' }, { kind: 'pass' }, { kind: 'pass' }, { kind: 'hold', until: hold }];
    const directory = await temporaryDirectory(t);
    const environment = { ...minio.environment, AWS_ENDPOINT_URL: proxy.url };
    await download('s3://models/changing.bin', directory, { environment, segmentBytes: MIB, parallel: 1, ...NO_WAITS });
    await replaced;
    assert.ok(Buffer.concat(changed).equals(await readFile(join(directory, 'changing.bin'))));
  });
});

test('TLS and regions of a real server', { skip }, async (t) => {
  const minio = await startMinio(t, program, { tls: true, region: 'eu-test-1' });
  await minio.put('/models', '');
  await minio.put('/models/m/x', 'x');
  const directory = await temporaryDirectory(t);
  const { certPath } = loopbackCertificate();
  const trusted = { ...minio.environment, AWS_CA_BUNDLE: certPath };
  const malformed = join(await temporaryDirectory(t), 'ca.pem');
  await writeFile(malformed, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

  await download('s3://models/m', await temporaryDirectory(t), { environment: trusted });
  const elsewhere = { ...trusted, AWS_DEFAULT_REGION: 'us-west-2' };
  await download('s3://models/m', await temporaryDirectory(t), { environment: elsewhere });
  const local = minio.url.replace('127.0.0.1', 'localhost');
  const cases: [Record<string, string>, StorageErrorCode, RegExp][] = [
    [minio.environment, 'TlsUntrusted', /AWS_CA_BUNDLE/],
    [{ ...trusted, AWS_ENDPOINT_URL: local }, 'TlsUntrusted', /localhost:\d+ did not prove its identity.*host name/],
    [{ ...trusted, AWS_CA_BUNDLE: '/nowhere.pem' }, 'InvalidConfiguration', /AWS_CA_BUNDLE names \/nowhere.pem/],
    [{ ...trusted, AWS_CA_BUNDLE: malformed }, 'InvalidConfiguration', /has a certificate that is damaged/],
    [{ ...trusted, AWS_ENDPOINT_URL: minio.url.replace('https', 'http') }, 'SourceRejected', /400/],
  ];
  for (const [environment, code, pattern] of cases) {
    await assert.rejects(download('s3://models/m', directory, { environment, ...NO_WAITS }), failsWith(code, pattern));
  }
  assert.deepEqual(await filesOf(directory), []);
});

test('a clock that is wrong is named', { skip }, async (t) => {
  const minio = await startMinio(t, program);
  await minio.put('/models', '');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 3_600_000 });
  await assert.rejects(
    download('s3://models/m', await temporaryDirectory(t), { environment: minio.environment, ...NO_WAITS }),
    failsWith('AccessDenied', /403 RequestTimeTooSkewed.*clock here differs/),
  );
});

test('a service account token becomes a role of a real token service', { skip }, async (t) => {
  const issuer = await startIdentityProvider(t);
  const minio = await startMinio(t, program, {
    env: {
      MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer.url}/.well-known/openid-configuration`,
      MINIO_IDENTITY_OPENID_CLIENT_ID: 'serval',
      MINIO_IDENTITY_OPENID_ROLE_POLICY: 'readwrite',
    },
  });
  await minio.put('/models', '');
  await minio.put('/models/m/x', 'x');
  const roles = createHash('sha1').update('serval').digest('base64url');
  const file = join(await temporaryDirectory(t), 'token');
  const environment = {
    AWS_ENDPOINT_URL: minio.url, // which is its token service, too
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_ARN: `arn:minio:iam:us-east-1::role/${roles}`,
  };
  await writeFile(
    file,
    issuer.token({ sub: 'system:serviceaccount:models:default', aud: 'serval', expiresInSeconds: 3600 }),
  );
  const directory = await temporaryDirectory(t);
  await download('s3://models/m', directory, { environment, ...NO_WAITS });
  assert.deepEqual(await filesOf(directory), ['x']);

  const refused = issuer.token({ sub: 'someone', aud: 'another', expiresInSeconds: 3600 });
  const expired = issuer.token({ sub: 'someone', aud: 'serval', expiresInSeconds: -3600 });
  for (const token of [refused, expired]) {
    await writeFile(file, token);
    await assert.rejects(download('s3://models/m', directory, { environment, ...NO_WAITS }), (error: Error) => {
      t.diagnostic(error.message);
      assert.ok(!JSON.stringify({ ...error, message: error.message }).includes(token));
      return failsWith('AccessDenied', /security token service at 127\.0\.0\.1:\d+ gave no credentials/)(error);
    });
  }
});
