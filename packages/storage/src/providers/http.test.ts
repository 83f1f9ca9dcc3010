import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { download } from '../download.ts';
import { startModelStore } from '../model-store/server.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startHttp } from '../test-support/http-server.ts';
import { loopbackCertificate } from '../test-support/loopback-certificate.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const MODEL = randomBytes(100_000);
const plain: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': MODEL.length }).end(MODEL);
};

test('a file of the model store comes in ranges, and not again', async (t) => {
  const folder = await temporaryDirectory(t);
  await writeFile(join(folder, 'my model.bin'), MODEL);
  const store = await startModelStore({ directory: folder, port: 0 });
  t.after(() => store.close());
  const directory = await temporaryDirectory(t);
  const first = await download(`${store.url}my%20model.bin`, directory, { segmentBytes: 10_000 });
  assert.deepEqual(await readFile(join(directory, 'my model.bin')), MODEL);
  assert.equal(first.fetchedBytes, MODEL.length);
  const again = await download(`${store.url}my%20model.bin`, directory);
  assert.equal(again.reused, true);
  await writeFile(join(folder, 'my model.bin'), 'new');
  await download(`${store.url}my%20model.bin`, directory);
  assert.equal(await readFile(join(directory, 'my model.bin'), 'utf8'), 'new');
});

test('servers without ranges, without a length, with gzip and with nothing at all', async (t) => {
  const url = await startHttp(t, (request, response) => {
    if (request.url === '/plain') plain(request, response);
    else if (request.url === '/chunked') response.end(MODEL);
    else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(MODEL));
    else if (request.url === '/brotli') response.writeHead(200, { 'content-encoding': 'br' }).end('x');
    else response.writeHead(request.headers.range ? 416 : 200, { 'content-length': 0 }).end();
  });
  const directory = await temporaryDirectory(t);
  for (const name of ['plain', 'chunked', 'gzip']) {
    await download(`${url}/${name}`, directory, { segmentBytes: 1000 });
    assert.deepEqual(await readFile(join(directory, name)), MODEL);
  }
  await download(`${url}/empty`, directory);
  assert.deepEqual(await filesOf(directory, true), ['.serval-manifest.json', 'empty']);
  await assert.rejects(download(`${url}/brotli`, directory), failsWith('SourceRejected', /content encoding "br"/));
});

test('a gzip stream that is cut is never taken for the whole', async (t) => {
  let requests = 0;
  const url = await startHttp(t, (_request, response) => {
    const data = gzipSync(MODEL);
    response.writeHead(200, { 'content-encoding': 'gzip', connection: 'close' });
    response.end(requests++ < 3 ? data.subarray(0, data.length / 2) : data);
  });
  const directory = await temporaryDirectory(t);
  await download(`${url}/model`, directory, { retryBaseMs: 1 });
  assert.deepEqual(await readFile(join(directory, 'model')), MODEL);
});

test('headers go to their host only, also after a redirect, and are in no message', async (t) => {
  const seen: (string | undefined)[] = [];
  const other = await startHttp(t, (request, response) => {
    seen.push(request.headers.authorization);
    plain(request, response);
  });
  const url = await startHttp(t, (request, response) => {
    if (request.headers.authorization !== 'Bearer s3cret') response.writeHead(401).end();
    else response.writeHead(302, { location: `${other}/final` }).end();
  });
  const directory = await temporaryDirectory(t);
  const { host } = new URL(url);
  await download(`${url}/model`, directory, {
    environment: { [`${host}-headers`]: '{"Authorization":"Bearer s3cret"}' },
  });
  assert.deepEqual(await filesOf(directory), ['model']);
  assert.ok(seen.length > 0 && seen.every((value) => value === undefined));
  const bad = { [`${host}-headers`]: '{"Authorization": s3cret}' };
  await assert.rejects(download(`${url}/model`, directory, { environment: bad }), (error: Error) => {
    assert.doesNotMatch(`${error.message} ${error.cause}`, /s3cret/);
    return failsWith('InvalidConfiguration', /-headers" is not JSON/)(error);
  });
  await assert.rejects(
    download(`${url.replace('//', '//user:s3cret@')}/model?sig=s3cret`, directory),
    (error: Error) => {
      assert.doesNotMatch(`${error.message} ${error.cause}`, /s3cret/);
      return failsWith('AccessDenied', /not allowed to read http:\/\/127/)(error);
    },
  );
});

test('endless redirects, other schemes, missing files and missing names', async (t) => {
  const url = await startHttp(t, (request, response) => {
    if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else if (request.url === '/gone') response.writeHead(404).end();
    else plain(request, response);
  });
  const directory = await temporaryDirectory(t);
  await assert.rejects(download(`${url}/loop`, directory), failsWith('RedirectRefused', /more than 10 times/));
  await assert.rejects(download(`${url}/file`, directory), failsWith('RedirectRefused', /not http or https/));
  await assert.rejects(download(`${url}/gone`, directory), failsWith('ObjectNotFound', /does not exist \(404\)/));
  await assert.rejects(download(`${url}/dir/`, directory), failsWith('InvalidUri', /names no file/));
  await assert.rejects(download(`${url}/..%2fx`, directory), failsWith('UnsafeName', /"\.\.\/x"/));
  assert.deepEqual(await filesOf(directory, true), []);
});

test('names of a cluster are reached through http_proxy, others past it', async (t) => {
  const targets: string[] = [];
  const proxy = await startHttp(t, (request, response) => {
    targets.push(request.url!);
    plain(request, response);
  });
  const direct = await startHttp(t, plain);
  const directory = await temporaryDirectory(t);
  const environment = { http_proxy: proxy, no_proxy: '127.0.0.1,localhost' };
  await download('http://model-store.serval-system.svc.cluster.local/iris/model.ubj', directory, { environment });
  assert.deepEqual(await readFile(join(directory, 'model.ubj')), MODEL);
  assert.ok(targets.every((url) => url === 'http://model-store.serval-system.svc.cluster.local/iris/model.ubj'));
  const before = targets.length;
  await download(`${direct}/model`, directory, { environment });
  assert.equal(targets.length, before);
});

test('TLS: unknown authority, wrong host name, a bundle that helps and bundles that cannot', async (t) => {
  const folder = await temporaryDirectory(t);
  const made = loopbackCertificate();
  const url = await startHttp(t, plain, made);
  const directory = await temporaryDirectory(t);
  const bundle = { SSL_CERT_FILE: made.certPath };
  await assert.rejects(download(`${url}/model`, directory), failsWith('TlsUntrusted', /did not prove its identity/));
  await download(`${url}/model`, directory, { environment: bundle });
  assert.deepEqual(await readFile(join(directory, 'model')), MODEL);
  const otherName = `${url.replace('127.0.0.1', 'localhost')}/model`;
  await assert.rejects(download(otherName, directory, { environment: bundle }), failsWith('TlsUntrusted', /ALTNAME/));
  await writeFile(join(folder, 'bad.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
  for (const [path, pattern] of [
    [join(folder, 'none.pem'), /cannot be read/],
    [join(folder, 'bad.pem'), /has a certificate that is damaged/],
    [made.keyPath, /has a private key where only certificates/],
  ] as const) {
    const attempt = download(`${url}/model`, directory, { environment: { SSL_CERT_FILE: path } });
    await assert.rejects(attempt, failsWith('InvalidConfiguration', pattern));
  }
  const downgrade = await startHttp(
    t,
    (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/x' }).end(),
    made,
  );
  await assert.rejects(
    download(`${downgrade}/model`, directory, { environment: bundle }),
    failsWith('RedirectRefused', /https to http/),
  );
});
