import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { loopbackCertificate } from '../test-support/loopback-certificate.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';
import { startWebHdfs } from '../test-support/webhdfs-server.ts';

const WEIGHTS = randomBytes(50_000);
const FILES = () => ({
  '/user/me/model/config.json': '{"a":1}',
  '/user/me/model/empty': '',
  '/user/me/model/weights/ä %&+?#.bin': WEIGHTS,
  '/user/me/model/weights/part/2': 'two',
  '/user/me/model-old/config.json': 'old',
  '/user/hdfs/home/x': 'x',
});

test('a directory with everything below it, a file alone, in ranges from the data node', async (t) => {
  const hdfs = await startWebHdfs(t, FILES(), { batch: 2 });
  const environment = { HDFS_NAMENODE: `${hdfs.url}/`, HADOOP_USER_NAME: 'me', USER_PROXY: 'them' };
  for (const uri of ['hdfs://user/me/model', 'webhdfs://user/me/model/', 'hdfs:///user//me/./model']) {
    const directory = await temporaryDirectory(t);
    const report = await download(uri, directory, { environment, segmentBytes: 7000 });
    assert.deepEqual(await filesOf(directory), ['config.json', 'empty', 'weights/part/2', 'weights/ä %&+?#.bin']);
    assert.deepEqual(await readFile(join(directory, 'weights/ä %&+?#.bin')), WEIGHTS);
    assert.equal(report.bytes, 50_010);
    assert.equal((await download(uri, directory, { environment })).reused, true);
  }
  assert.ok(hdfs.requests.every((each) => each.includes('user.name=me') && each.includes('doas=them')));
  const directory = await temporaryDirectory(t);
  await download('hdfs://user/me/model/config.json', directory, { environment });
  assert.deepEqual(await filesOf(directory), ['config.json']);
});

test("without HDFS_NAMENODE the URI is in Hadoop's form; HDFS_ROOTPATH is above relative paths", async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  for (const [uri, environment] of [
    [`${hdfs.url.replace('http', 'webhdfs')}/user/me/model/config.json`, {}],
    ['hdfs://model/config.json', { HDFS_NAMENODE: hdfs.url, HDFS_ROOTPATH: '/user/me/' }],
    ['hdfs:///user/me/model/config.json', { HDFS_NAMENODE: hdfs.url, HDFS_ROOTPATH: '/elsewhere' }],
    ['hdfs://config.json', { HDFS_NAMENODE: hdfs.url, HDFS_ROOTPATH: 'model', HADOOP_USER_NAME: 'me' }],
  ] as const) {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment });
    assert.equal(await readFile(join(directory, 'config.json'), 'utf8'), '{"a":1}', uri);
  }
});

test('settings come from the files of a secret, or from a storage entry, never from both', async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  const secret = await temporaryDirectory(t);
  await writeFile(join(secret, 'HDFS_NAMENODE'), `${hdfs.url}\n`);
  await writeFile(join(secret, 'HDFS_ROOTPATH'), '/user/me');
  await writeFile(join(secret, 'HEADERS'), '{"X-My-Container": "mine", "Authorization": "sentinel"}');
  const environment = { HDFS_SECRET_DIR: secret, HDFS_ROOTPATH: '/elsewhere' };
  const directory = await temporaryDirectory(t);
  await download('hdfs://model/config.json', directory, { environment });
  assert.equal(hdfs.dataNodeHeaders['x-my-container'], 'mine');
  assert.equal(hdfs.dataNodeHeaders.authorization, undefined);
  const entry = { type: 'webhdfs', HDFS_NAMENODE: hdfs.url, HDFS_ROOTPATH: '/user/hdfs/home' };
  await download('hdfs://x', directory, { environment: { ...environment, STORAGE_CONFIG: JSON.stringify(entry) } });
  assert.deepEqual(await filesOf(directory), ['x']);
  assert.equal(hdfs.dataNodeHeaders['x-my-container'], undefined);
});

test('a name node in standby, or one that is gone, leads to the next', async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  const directory = await temporaryDirectory(t);
  const nameNodes = `http://127.0.0.1:1; ${hdfs.standbyUrl};${hdfs.url}`;
  await download('hdfs://user/me/model', directory, { environment: { HDFS_NAMENODE: nameNodes }, retries: 0 });
  assert.equal((await filesOf(directory)).length, 4);
  assert.equal(hdfs.requests.filter((each) => each.startsWith('standby')).length, 1);
  const none = { HDFS_NAMENODE: hdfs.standbyUrl };
  await assert.rejects(
    download('hdfs://user/me/other', directory, { environment: none, retries: 0 }),
    failsWith('SourceUnavailable', /no active name node.*StandbyException/),
  );
  const gone = { HDFS_NAMENODE: `${hdfs.standbyUrl};http://127.0.0.1:1` };
  await assert.rejects(
    download('hdfs://user/me/other', directory, { environment: gone, retries: 0 }),
    failsWith('SourceUnavailable', /ECONNREFUSED/),
  );
});

test('TLS: an authority, a client certificate by path or in a storage entry, and none at all', async (t) => {
  const tls = loopbackCertificate();
  const hdfs = await startWebHdfs(t, FILES(), { tls: { ...tls, ca: tls.cert, requestCert: true } });
  const options = (environment: Record<string, string>) => ({ environment, retries: 0 });
  const base = { HDFS_NAMENODE: hdfs.url, TLS_CA: tls.certPath };
  const uri = 'hdfs://user/me/model/config.json';
  const directory = await temporaryDirectory(t);
  await assert.rejects(
    download(uri, directory, options({ HDFS_NAMENODE: hdfs.url })),
    failsWith('TlsUntrusted', /TLS_CA/),
  );
  await assert.rejects(download(uri, directory, options(base)), failsWith('SourceUnavailable', /did not answer/));
  await download(uri, directory, options({ ...base, TLS_CERT: tls.certPath, TLS_KEY: tls.keyPath }));
  const skip = { HDFS_NAMENODE: hdfs.url, TLS_SKIP_VERIFY: 'True', TLS_CERT: tls.cert, TLS_KEY: tls.key };
  await download(uri, await temporaryDirectory(t), options(skip));
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const entry = { type: 'hdfs', HDFS_NAMENODE: hdfs.url, TLS_CA: base64(tls.cert) };
  const STORAGE_CONFIG = JSON.stringify({ ...entry, TLS_CERT: base64(tls.cert), TLS_KEY: base64(tls.key) });
  await download(uri, await temporaryDirectory(t), options({ STORAGE_CONFIG }));
});

test('failures say what is wrong, without a secret', async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  const tls = loopbackCertificate();
  const nameNode = { HDFS_NAMENODE: hdfs.url };
  const cases: [string, Record<string, string>, StorageErrorCode, RegExp][] = [
    ['hdfs://user/me/nothing', nameNode, 'ObjectNotFound', /does not exist \(404 FileNotFoundException\)/],
    ['hdfs://user/../x', nameNode, 'InvalidUri', /".." in its path/],
    ['hdfs://user/me/model', {}, 'InvalidConfiguration', /HDFS_NAMENODE is not set/],
    ['hdfs://host:8020/model', {}, 'InvalidConfiguration', /HDFS_NAMENODE is not set/],
    ['webhdfs://user:pSentinel@host:80/model', {}, 'InvalidConfiguration', /HDFS_NAMENODE is not set/],
    ['hdfs://x', { HDFS_NAMENODE: 'host:9870' }, 'InvalidConfiguration', /not a list of name nodes/],
    ['hdfs://x', { HDFS_NAMENODE: 'http://u:pSentinel@h' }, 'InvalidConfiguration', /without user/],
    ['hdfs://x', { ...nameNode, KERBEROS_PRINCIPAL: 'me@REALM' }, 'InvalidConfiguration', /Kerberos is not supported/],
    ['hdfs://x', { ...nameNode, HEADERS: '{"a": Sentinel}' }, 'InvalidConfiguration', /HEADERS is not a JSON object/],
    ['hdfs://x', { ...nameNode, HEADERS: '["Sentinel"]' }, 'InvalidConfiguration', /HEADERS is not a JSON object/],
    [
      'hdfs://x',
      { ...nameNode, HEADERS: '{"a":"Sentinel\\n"}' },
      'InvalidConfiguration',
      /HEADERS is not a JSON object/,
    ],
    ['hdfs://x', { ...nameNode, TLS_CA: '/nonexistent' }, 'InvalidConfiguration', /TLS_CA is .* cannot be read/],
    ['hdfs://x', { ...nameNode, TLS_CA: tls.keyPath }, 'InvalidConfiguration', /is not a PEM certificate/],
    ['hdfs://x', { ...nameNode, TLS_CERT: tls.certPath }, 'InvalidConfiguration', /TLS_KEY is missing/],
    [
      'hdfs://x',
      { ...nameNode, TLS_CERT: tls.certPath, TLS_KEY: 'Sentinel' },
      'InvalidConfiguration',
      /TLS_KEY .* is not a PEM/,
    ],
    ['hdfs://x', { STORAGE_CONFIG: '{"type":"hdfs"}' }, 'InvalidConfiguration', /has no HDFS_NAMENODE/],
  ];
  for (const [uri, given, code, pattern] of cases) {
    const directory = await temporaryDirectory(t);
    // So that no secret of this machine is read.
    const environment = { HDFS_SECRET_DIR: '/nonexistent', ...given };
    await assert.rejects(download(uri, directory, { environment, retries: 0 }), (error: Error) => {
      assert.doesNotMatch(`${JSON.stringify(error)} ${error.message} ${error.cause}`, /Sentinel/);
      return failsWith(code, pattern)(error);
    });
    assert.deepEqual(await filesOf(directory), []);
  }
});

test('exceptions of the name node, gateways, and answers that are not of WebHDFS', async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  const refusal = (exception: string, message: string) =>
    JSON.stringify({ RemoteException: { exception, javaClassName: 'x', message } });
  const many = Array.from({ length: 3 }, () => ({ pathSuffix: 'same', type: 'FILE', length: 1 }));
  const listing = (entries: unknown, remainingEntries: unknown) =>
    JSON.stringify({
      DirectoryListing: { partialListing: { FileStatuses: { FileStatus: entries } }, remainingEntries },
    });
  const one = (entry: object) => listing([{ type: 'FILE', length: 1, ...entry }], 0);
  const cases: [string, number, string, StorageErrorCode, RegExp][] = [
    [
      '',
      403,
      refusal('AccessControlException', 'Permission denied: user=me'),
      'AccessDenied',
      /says: Permission denied/,
    ],
    ['', 403, refusal('AccessControlException', 'no: headerSentinel'), 'AccessDenied', /not allowed to read hdfs:/],
    ['', 401, refusal('SecurityException', ''), 'AccessDenied', /401 SecurityException/],
    ['', 401, '<html>', 'AccessDenied', /wants Kerberos/],
    ['', 403, '<html>', 'AccessDenied', /HEADERS, TLS_CERT/],
    ['', 404, '<html>', 'ObjectNotFound', /leads to WebHDFS/],
    ['', 403, refusal('IOException', 'a\nb'), 'SourceRejected', /says: a$/],
    ['', 503, '', 'SourceUnavailable', /answered 503/],
    ['', 403, refusal('SafeModeException', ''), 'SourceUnavailable', /no active name node/],
    ['', 200, '<html>', 'SourceRejected', /is not JSON/],
    ['', 200, 'null', 'SourceRejected', /not of WebHDFS/],
    ['', 200, '{"FileStatus":{"pathSuffix":"","type":"FILE","length":-1}}', 'SourceRejected', /not of WebHDFS/],
    ['LISTSTATUS_BATCH', 200, '{}', 'SourceRejected', /not of WebHDFS/],
    ['LISTSTATUS_BATCH', 200, listing([], 5), 'SourceRejected', /not of WebHDFS/],
    ['LISTSTATUS_BATCH', 200, listing(many, 0), 'SourceRejected', /not of WebHDFS/],
    ['LISTSTATUS_BATCH', 200, listing(many.slice(0, 1), 9), 'SourceRejected', /not of WebHDFS/],
    ['LISTSTATUS_BATCH', 200, one({ pathSuffix: '..', type: 'DIRECTORY' }), 'UnsafeName', /entry "\.\." of/],
    ['LISTSTATUS_BATCH', 200, one({ pathSuffix: '../x' }), 'UnsafeName', /entry "\.\.\/x" of/],
    ['LISTSTATUS_BATCH', 200, one({ pathSuffix: 'l', type: 'SYMLINK' }), 'UnsafeName', /"l" in .* symbolic link/],
    ['LISTSTATUS_BATCH', 200, listing([], 0), 'ObjectNotFound', /no file under directory/],
    [
      'LISTSTATUS_BATCH',
      200,
      one({ pathSuffix: 'd', type: 'DIRECTORY' }),
      'TooManyFiles',
      /more than 64 directories deep/,
    ],
  ];
  for (const [op, status, body, code, pattern] of cases) {
    hdfs.intercept = (request, response) => {
      if (!request.url!.includes(op)) return false;
      response.writeHead(
        status,
        body === '<html>' ? { 'www-authenticate': /Kerberos/.test(String(pattern)) ? 'Negotiate' : 'x' } : {},
      );
      response.end(body);
      return true;
    };
    const directory = await temporaryDirectory(t);
    const environment = { HDFS_NAMENODE: hdfs.url, HEADERS: '{"x-secret":"headerSentinel"}' };
    await assert.rejects(download('hdfs://user/me/model', directory, { environment, retries: 0 }), (error: Error) => {
      assert.doesNotMatch(`${JSON.stringify(error)} ${error.message}`, /Sentinel/);
      return failsWith(code, pattern)(error);
    });
    assert.deepEqual(await filesOf(directory), []);
  }
});

test('Hadoop that knows no batches is asked for the whole directory', async (t) => {
  const hdfs = await startWebHdfs(t, { '/m/a': 'a', '/m/b': 'b' });
  hdfs.intercept = (request, response) => {
    const { searchParams } = new URL(request.url!, hdfs.url);
    if (searchParams.get('op') === 'LISTSTATUS_BATCH') {
      const exception = { exception: 'IllegalArgumentException', message: 'Invalid value for webhdfs parameter "op"' };
      response.writeHead(400).end(JSON.stringify({ RemoteException: exception }));
      return true;
    }
    if (searchParams.get('op') !== 'LISTSTATUS') return false;
    const status = { type: 'FILE', length: 1, modificationTime: 1_795_255_176_937, fileId: 16_400 };
    const entries = ['a', 'b'].map((pathSuffix) => ({ ...status, pathSuffix }));
    response.writeHead(200).end(JSON.stringify({ FileStatuses: { FileStatus: entries } }));
    return true;
  };
  const directory = await temporaryDirectory(t);
  await download('hdfs://m', directory, { environment: { HDFS_NAMENODE: hdfs.url } });
  assert.deepEqual(await filesOf(directory), ['a', 'b']);
});

test('a range that breaks off goes on at the byte where it broke', async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  let opened = 0;
  hdfs.intercept = (request, response) => {
    if (!request.url!.includes('op=OPEN') || request.headers.host === new URL(hdfs.url).host || ++opened > 2)
      return false;
    const { searchParams } = new URL(request.url!, hdfs.url);
    const start = Number(searchParams.get('offset') ?? 0);
    response.writeHead(200, { 'content-length': WEIGHTS.length - start });
    response.write(WEIGHTS.subarray(start, start + 20_000), () => response.destroy());
    return true;
  };
  const directory = await temporaryDirectory(t);
  const uri = 'hdfs://user/me/model/weights/ä %&+?#.bin';
  const environment = { HDFS_NAMENODE: hdfs.url };
  const report = await download(uri, directory, { environment, retryBaseMs: 1 });
  assert.deepEqual(await readFile(join(directory, 'ä %&+?#.bin')), WEIGHTS);
  assert.equal(report.retries, 2);
  assert.equal(report.fetchedBytes, WEIGHTS.length);
});

test('a file written anew between two ranges is never mixed; a short answer and damaged bytes are noticed', async (t) => {
  const hdfs = await startWebHdfs(t, FILES());
  const name = '/user/me/model/weights/ä %&+?#.bin';
  const options = { environment: { HDFS_NAMENODE: hdfs.url }, segmentBytes: 10_000, retries: 0 };
  const anew = randomBytes(WEIGHTS.length);
  let opened = 0;
  hdfs.intercept = (request) => {
    if (!request.url!.includes('op=OPEN') || !request.url!.includes('length=') || ++opened !== 3) return false;
    hdfs.files[name] = anew;
    hdfs.ids[name] = 17_000;
    return false;
  };
  const directory = await temporaryDirectory(t);
  await download('hdfs://user/me/model', directory, options);
  assert.deepEqual(await readFile(join(directory, 'weights/ä %&+?#.bin')), anew);

  hdfs.intercept = (request, response) => {
    if (!request.url!.includes('op=OPEN')) return false;
    if (!request.url!.includes('.json')) return false;
    response.writeHead(200, { 'content-length': 3 }).end('{"a');
    return true;
  };
  await mkdir(join(directory, 'again'));
  await assert.rejects(
    download('hdfs://user/me/model/config.json', join(directory, 'again'), options),
    failsWith('SourceChanged', /3 bytes came for bytes 0-6/),
  );

  hdfs.intercept = () => false;
  const bytes = crc32('{"a":1}').toString(16).padStart(8, '0');
  hdfs.checksums['/user/me/model/config.json'] = { algorithm: 'COMPOSITE-CRC32', bytes, length: 4 };
  await download('hdfs://user/me/model/config.json', join(directory, 'again'), options);
  hdfs.files['/user/me/model/config.json'] = '{"b":1}';
  await assert.rejects(
    download('hdfs://user/me/model/config.json', await temporaryDirectory(t), options),
    failsWith('ChecksumMismatch', /crc32 of hdfs:/),
  );

  hdfs.files['/user/me/model/config.json'] = '{"a":1}';
  const sum = '0'.repeat(32);
  const block = { algorithm: 'MD5-of-0MD5-of-512CRC32C', bytes: `${'0'.repeat(24)}${sum}00000000`, length: 28 };
  hdfs.checksums['/user/me/model/config.json'] = block;
  await assert.rejects(
    download('hdfs://user/me/model/config.json', await temporaryDirectory(t), options),
    failsWith('ChecksumMismatch', /hdfs-crc32c of hdfs:.* the source says 0{32}/),
  );
  // What is not of plain blocks of one size proves nothing about the content.
  for (const algorithm of ['MD5-of-128MD5-of-512CRC32C', 'MD5-of-0MD5-of-0CRC32', 'MD5-of-0MD5-of-512CRC64', 'NULL']) {
    hdfs.checksums['/user/me/model/config.json'] = { ...block, algorithm };
    await download('hdfs://user/me/model/config.json', await temporaryDirectory(t), options);
  }
});
