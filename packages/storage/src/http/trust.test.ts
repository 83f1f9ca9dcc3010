import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { getCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { download } from '../download.ts';
import { StorageError } from '../errors.ts';
import { type Authority, startAuthority } from '../test-support/authority.ts';
import { failsWith } from '../test-support/expect.ts';
import { startHttp } from '../test-support/http-server.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';
import { rootsAnd } from './trust.ts';

const SENTINEL = 'sentinel-0f6b2f7c';
const DAY_MS = 24 * 3600 * 1000;

let authority: Authority;
let other: Authority;
before(async () => {
  [authority, other] = [await startAuthority('private'), await startAuthority('other')];
});

const listing = (key: string) =>
  `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>${key}</Key><ETag>&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;</ETag><Size>7</Size></Contents></ListBucketResult>`;

/** Speaks just enough of S3 for one object, `models/iris/model`. */
async function startS3(scope: Scope, issuer: Authority, life = {}): Promise<string> {
  return startHttp(
    scope,
    (request, response) => {
      if (request.url!.includes('list-type=2')) response.end(listing('iris/model'));
      else response.writeHead(200, { etag: '"9a0364b9e99bb480dd25e1f0284c8555"', 'content-length': 7 }).end('content');
    },
    await issuer.issueServer(life),
  );
}

function entry(endpoint: string, fields: object): Record<string, string> {
  return {
    STORAGE_CONFIG: JSON.stringify({
      type: 's3',
      endpoint_url: endpoint,
      access_key_id: 'minio',
      secret_access_key: SENTINEL,
      default_bucket: 'models',
      ...fields,
    }),
  };
}

async function fetchModel(
  scope: Scope,
  environment: Record<string, string>,
  uri = 's3://models/iris/',
): Promise<string> {
  const directory = await temporaryDirectory(scope);
  await download(uri, directory, { environment, retries: 0 });
  return readFile(join(directory, 'model'), 'utf8');
}

test('a private authority is trusted inline, by path and by SERVAL_CA_BUNDLES, in whatever field', async (t) => {
  const endpoint = await startS3(t, authority);
  const folder = await temporaryDirectory(t);
  const [one, two] = [join(folder, 'global.crt'), join(folder, 'storage.crt')];
  await writeFile(one, `${other.pem}# the other\r\n`);
  await writeFile(two, authority.pem.replaceAll('\n', '\r\n'));
  for (const environment of [
    entry(endpoint, { certificate: authority.pem }),
    entry(endpoint, { ca_bundle: authority.pem }),
    entry(endpoint, { ca_bundle: two }),
    entry(endpoint, { certificate: two }),
    entry(endpoint, { certificate: authority.pem, cabundle_configmap: 'minio-ca', ca_bundle: one }),
    { ...entry(endpoint, { cabundle_configmap: 'minio-ca' }), SERVAL_CA_BUNDLES: `${one}:${two}` },
    { ...entry(endpoint, {}), SERVAL_CA_BUNDLES: `${two}:${one}`, AWS_CA_BUNDLE: one },
    { ...entry(endpoint, {}), SSL_CERT_FILE: one, AWS_CA_BUNDLE: two },
    { ...entry(endpoint, { verify_ssl: false }) },
  ]) {
    assert.equal(await fetchModel(t, environment), 'content', JSON.stringify(Object.keys(environment)));
  }
});

test('every scheme trusts all bundles', async (t) => {
  const tls = await authority.issueServer();
  const url = await startHttp(t, (_request, response) => void response.end('content'), tls);
  const folder = await temporaryDirectory(t);
  const path = join(folder, 'ca.crt');
  await writeFile(path, authority.pem);
  const environments: Record<string, string>[] = [{ SERVAL_CA_BUNDLES: path }, { AWS_CA_BUNDLE: path }];
  for (const environment of environments) {
    assert.equal(await fetchModel(t, environment, `${url}/model`), 'content');
    // Past TLS, none of these is answered as it should be.
    for (const [uri, more] of [
      [`oci://${new URL(url).host}/team/model`, {}],
      ['hf://team/model', { HF_ENDPOINT: url }],
      ['gs://models/iris', { API_ENDPOINT_OVERRIDE: url, NO_GCE_CHECK: 'true' }],
      ['https://account.blob.core.windows.net/models/iris', { AZURE_STORAGE_BLOB_ENDPOINT: url }],
      ['webhdfs://iris', { HDFS_NAMENODE: url }],
      [`${url}/iris.git`, {}],
    ] as [string, Record<string, string>][]) {
      await assert.rejects(
        fetchModel(t, { ...environment, ...more, HOME: folder, SERVAL_OCI_PLAIN_HTTP: 'none' }, uri),
        (error) => error instanceof StorageError && error.code !== 'TlsUntrusted' && error.code !== 'SourceUnavailable',
        uri,
      );
      await assert.rejects(
        fetchModel(t, { ...more, HOME: folder, SERVAL_OCI_PLAIN_HTTP: 'none' }, uri),
        failsWith('TlsUntrusted', /trusted are the roots and nothing besides/),
        uri,
      );
    }
  }
});

test('a server that is not trusted: what it was judged by, and the field to set', async (t) => {
  const endpoint = await startS3(t, authority);
  const { host } = new URL(endpoint);
  const expired = await startAuthority('old', { notAfter: new Date(Date.now() - DAY_MS), notBefore: new Date(0) });
  const ofExpired = await startS3(t, expired);
  const ended = await startS3(t, authority, { notAfter: new Date(Date.now() - DAY_MS), notBefore: new Date(0) });
  for (const [environment, patterns] of [
    [
      entry(endpoint, { certificate: other.pem }),
      [host, /1 of field "certificate" of STORAGE_CONFIG \(CN=other\)/, /certificate \(PEM\) or cabundle_configmap/],
    ],
    [entry(endpoint, {}), [/the roots and nothing besides/]],
    [entry(ofExpired, { certificate: expired.pem }), [/CERT_HAS_EXPIRED/, /CN=old, which expired at \d{4}-/]],
    [entry(ended, { certificate: authority.pem }), [/CERT_HAS_EXPIRED/]],
  ] as [Record<string, string>, (RegExp | string)[]][]) {
    await assert.rejects(fetchModel(t, environment), (error) => {
      assert.ok(error instanceof StorageError);
      assert.equal(error.code, 'TlsUntrusted', error.message);
      for (const pattern of patterns) assert.match(error.message, new RegExp(pattern));
      assert.doesNotMatch(error.message, /sentinel|BEGIN|MII/);
      return true;
    });
  }
});

test('what is no certificate is told by field, file and fault, before anything is sent, and never repeated', async (t) => {
  let requests = 0;
  const url = await startHttp(
    t,
    (_request, response) => {
      requests++;
      response.end();
    },
    await authority.issueServer(),
  );
  const folder = await temporaryDirectory(t);
  const paths = { key: join(folder, 'key.pem'), cut: join(folder, 'cut.pem'), good: join(folder, 'good.pem') };
  const cut = authority.pem.slice(0, authority.pem.length / 2);
  await writeFile(paths.key, authority.key);
  await writeFile(paths.cut, cut);
  await writeFile(paths.good, authority.pem);
  await mkdir(join(folder, 'folder'));
  for (const [environment, pattern] of [
    [entry(url, { certificate: cut }), /field "certificate" of STORAGE_CONFIG has a certificate that is cut off/],
    [entry(url, { certificate: authority.key }), /field "certificate" of STORAGE_CONFIG has a private key/],
    [entry(url, { ca_bundle: authority.pem + authority.key }), /field "ca_bundle" .* has a private key/],
    [entry(url, { certificate: Buffer.from(authority.pem).toString('base64') }), /in base64 once more/],
    [entry(url, { certificate: `${SENTINEL}!` }), /field "certificate" .* holds no certificate/],
    [
      entry(url, { ca_bundle: `/${SENTINEL}` }),
      /field "ca_bundle" of STORAGE_CONFIG names a file, which cannot be read/,
    ],
    [
      { ...entry(url, {}), SERVAL_CA_BUNDLES: `${paths.good}:${paths.key}` },
      /key\.pem \(SERVAL_CA_BUNDLES\) has a private key/,
    ],
    [
      { ...entry(url, {}), SERVAL_CA_BUNDLES: `${paths.good}:${paths.cut}` },
      /cut\.pem \(SERVAL_CA_BUNDLES\) .*cut off/,
    ],
    [{ ...entry(url, {}), SERVAL_CA_BUNDLES: '/nowhere.crt' }, /SERVAL_CA_BUNDLES names \/nowhere\.crt, .*ENOENT/],
    [{ ...entry(url, {}), SERVAL_CA_BUNDLES: join(folder, 'folder') }, /SERVAL_CA_BUNDLES names .*EISDIR/],
  ] as [Record<string, string>, RegExp][]) {
    await assert.rejects(fetchModel(t, environment), (error) => {
      failsWith('InvalidConfiguration', pattern)(error);
      assert.doesNotMatch((error as Error).message, /sentinel|MII/);
      return true;
    });
  }
  assert.equal(requests, 0);
});

test('the default and the system roots stay in the list', async () => {
  const list = await rootsAnd([authority.pem]);
  assert.deepEqual(
    [...getCACertificates('default'), ...getCACertificates('system')].filter((each) => !list.includes(each)),
    [],
  );
  assert.ok(list.includes(authority.pem));
});

test('a root of the process is trusted beside a private authority', async (t) => {
  const url = await startHttp(t, (_request, response) => void response.end('content'), await other.issueServer());
  const folder = await temporaryDirectory(t);
  const [root, bundle] = [join(folder, 'root.crt'), join(folder, 'bundle.crt')];
  await writeFile(root, other.pem);
  await writeFile(bundle, authority.pem);
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const run = (more: Record<string, string>) =>
    promisify(execFile)(process.execPath, ['-C', '@serval/source', main, `${url}/model`, join(folder, 'model')], {
      env: { ...process.env, ...more, SERVAL_CA_BUNDLES: bundle },
    });
  await assert.rejects(run({}), /TlsUntrusted/);
  await run({ NODE_EXTRA_CA_CERTS: root });
  assert.equal(await readFile(join(folder, 'model', 'model'), 'utf8'), 'content');
});

test('headers and client certificate of an http entry go to its server alone', async (t) => {
  const tls = await authority.issueServer();
  const client = await authority.issueServer();
  const seen: string[] = [];
  const elsewhere = await startHttp(
    t,
    (request, response) => {
      seen.push(`elsewhere ${request.headers['x-token']}`);
      response.end('content');
    },
    tls,
  );
  const url = await startHttp(
    t,
    (request, response) => {
      seen.push(`here ${request.headers['x-token']} ${request.headers['x-list']}`);
      response.writeHead(302, { location: `${elsewhere}/model` }).end();
    },
    { ...tls, ca: authority.pem, requestCert: true },
  );
  const fields = {
    type: 'https',
    certificate: authority.pem,
    headers: { 'X-Token': SENTINEL, 'X-List': ['a', 'b'] },
    client_certificate: client.cert,
    client_key: client.key,
  };
  const run = (more: object) =>
    fetchModel(t, { STORAGE_CONFIG: JSON.stringify({ ...fields, ...more }) }, `${url}/model`);
  assert.equal(await run({}), 'content');
  assert.equal(await run({ url: `${url}/base` }), 'content');
  assert.deepEqual([...new Set(seen)].toSorted(), ['elsewhere undefined', `here ${SENTINEL} a, b`]);
  await assert.rejects(run({ client_key: undefined }), failsWith('InvalidConfiguration', /has no client_key/));
  await assert.rejects(
    run({ client_key: authority.key }),
    failsWith('InvalidConfiguration', /field "client_key" .* is not the key of field "client_certificate"/),
  );
  // An entry for another server is none for this one: it hangs up on who shows no certificate, sooner or later.
  await assert.rejects(run({ url: 'https://another.invalid' }), StorageError);
});
