import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type DownloadOptions, download } from '@serval/storage';
import { failsWith, filesOf } from '../../packages/storage/src/test-support/expect.ts';
import { startFaultProxy } from '../../packages/storage/src/test-support/fault-proxy.ts';
import { startHttp } from '../../packages/storage/src/test-support/http-server.ts';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import {
  createLayout,
  dockerConfigIn,
  PASSWORD,
  type RealRegistry,
  run,
  startRegistry,
  USER,
} from './support/registry.ts';
import { installServer } from './support/servers.ts';

const programs = installServer('registry');
const options = { skip: programs.missing };
const MODEL = randomBytes(3_000_000);
const QUICK = { retryBaseMs: 1, segmentBytes: 500_000 } satisfies DownloadOptions;

async function pull(
  t: TestContext,
  { dockerConfig }: { dockerConfig: string },
  uri: string,
  more: DownloadOptions = {},
) {
  const directory = await temporaryDirectory(t);
  const environment = { DOCKER_CONFIG: dockerConfig, ...more.environment };
  const report = await download(uri, directory, { ...QUICK, ...more, environment });
  return { directory, report };
}

/** Pushes an artifact with one large file and one small one, as `team/artifact:v1`. */
async function pushArtifact(t: TestContext, registry: RealRegistry): Promise<void> {
  const folder = await temporaryDirectory(t);
  const layout = await createLayout(folder);
  const titled = (title: string) => ({ annotations: { 'org.opencontainers.image.title': title } });
  await layout.index([
    await layout.manifest({
      artifactType: 'application/vnd.example.model',
      config: await layout.blob('{}', 'application/vnd.oci.empty.v1+json'),
      layers: [
        { ...(await layout.blob(MODEL, 'application/octet-stream')), ...titled('model.bin') },
        { ...(await layout.blob('{"a":1}', 'application/json')), ...titled('config/settings.json') },
      ],
    }),
  ]);
  await registry.crane('push', folder, `${registry.host}/team/artifact:v1`);
}

/** GNU tar's archive of files, without any header that is ours. */
async function tarOf(t: TestContext, files: Record<string, string | Buffer>, hardLinks: Record<string, string> = {}) {
  const folder = await temporaryDirectory(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, 'root', name, '..'), { recursive: true });
    await writeFile(join(folder, 'root', name), content);
  }
  for (const [name, target] of Object.entries(hardLinks))
    await link(join(folder, 'root', target), join(folder, 'root', name));
  await run('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'layer.tar'), '.']);
  return readFile(join(folder, 'layer.tar'));
}

async function written(t: TestContext, data: Buffer): Promise<string> {
  const path = join(await temporaryDirectory(t), 'layer');
  await writeFile(path, data);
  return path;
}

test('an artifact comes with the right password, by tag and digest, and not again', options, async (t) => {
  const registry = await startRegistry(t, programs.path);
  await pushArtifact(t, registry);
  const uri = `oci://${registry.host}/team/artifact`;
  const { directory, report } = await pull(t, registry, `${uri}:v1`);
  assert.deepEqual(await filesOf(directory), ['config/settings.json', 'model.bin']);
  assert.deepEqual(await readFile(join(directory, 'model.bin')), MODEL);
  assert.equal(report.fetchedBytes, MODEL.length + 7);
  const digest = await registry.crane('digest', `${registry.host}/team/artifact:v1`);
  const environment = { DOCKER_CONFIG: registry.dockerConfig };
  const again = await download(`${uri}@${digest}`, directory, { environment });
  assert.equal(again.fetchedBytes, 0);
});

test('wrong passwords, no password, and what is not there', options, async (t) => {
  const registry = await startRegistry(t, programs.path);
  await pushArtifact(t, registry);
  const uri = `oci://${registry.host}/team/artifact`;
  const wrong = { dockerConfig: await dockerConfigIn(await temporaryDirectory(t), registry.host, `${USER}:SENTINEL`) };
  await assert.rejects(pull(t, wrong, `${uri}:v1`), (error: Error) => {
    assert.doesNotMatch(JSON.stringify(error) + error.stack, /SENTINEL/);
    return failsWith('AccessDenied', /credentials from .*config\.json were refused/)(error);
  });
  await assert.rejects(
    pull(t, { dockerConfig: '/nowhere' }, `${uri}:v1`),
    failsWith('AccessDenied', /give credentials in a docker config/),
  );
  await assert.rejects(pull(t, registry, `${uri}:none`), failsWith('ObjectNotFound', /artifact:none does not exist/));
  await assert.rejects(pull(t, registry, `oci://${registry.host}/none`), failsWith('ObjectNotFound', /none:latest/));
  // The wrong one is more specific, so it is tried first, and the right one after it.
  const specific = await dockerConfigIn(await temporaryDirectory(t), `${registry.host}/team`, 'wrong:wrong');
  await pull(t, registry, `${uri}:v1`, {
    environment: { SERVAL_REGISTRY_CONFIGS: join(specific, 'config.json') },
  });
});

test('an image of two platforms, with layers in gzip and zstd, whiteouts and an attestation', options, async (t) => {
  const registry = await startRegistry(t, programs.path);
  const repository = `${registry.host}/team/car`;
  const base = await tarOf(t, {
    'etc/os-release': 'x',
    'models/gone': '1',
    'models/d/old': '1',
    'models/keep': 'kept',
  });
  const next = await tarOf(
    t,
    { 'models/.wh.gone': '', 'models/d/.wh..wh..opq': '', 'models/d/model.bin': MODEL },
    { 'models/same.bin': 'models/d/model.bin' },
  );
  for (const architecture of ['amd64', 'arm64']) {
    const own = await tarOf(t, { 'models/arch': architecture });
    const layers = [gzipSync(base), zstdCompressSync(next), own];
    const paths = await Promise.all(layers.map((layer) => written(t, layer)));
    const tag = `${repository}:${architecture}`;
    await registry.crane('append', '--oci-empty-base', ...paths.flatMap((path) => ['-f', path]), '-t', tag);
    await registry.crane('mutate', '--set-platform', `linux/${architecture}`, tag, '-t', tag);
  }
  const folder = await temporaryDirectory(t);
  const layout = await createLayout(folder);
  await layout.index([
    {
      ...(await layout.manifest({
        config: await layout.blob('{}', 'application/vnd.oci.image.config.v1+json'),
        layers: [await layout.blob('{}', 'application/vnd.in-toto+json')],
      })),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    },
  ]);
  await registry.crane('push', '--index', folder, `${repository}:attestation`);
  const parts = ['attestation', 'amd64', 'arm64'].flatMap((tag) => ['-m', `${repository}:${tag}`]);
  await registry.crane('index', 'append', ...parts, '-t', `${repository}:v1`);
  const manifest = JSON.parse(await registry.crane('manifest', `${repository}:v1`));
  assert.deepEqual(
    manifest.manifests.map(({ platform }: { platform?: { architecture: string } }) => platform?.architecture),
    ['unknown', 'amd64', 'arm64'],
  );
  const types = JSON.parse(await registry.crane('manifest', `${repository}:amd64`)).layers.map(
    ({ mediaType }: { mediaType: string }) => mediaType.replace(/.*\./, ''),
  );
  t.diagnostic(`layers as crane pushed them: ${types.join(', ')}`);

  for (const architecture of ['amd64', 'arm64']) {
    const environment = { SERVAL_OCI_PLATFORM: `linux/${architecture}` };
    const { directory } = await pull(t, registry, `oci://${repository}:v1`, { environment });
    assert.deepEqual(await filesOf(directory), ['arch', 'd/model.bin', 'keep', 'same.bin']);
    assert.equal(await readFile(join(directory, 'arch'), 'utf8'), architecture);
    assert.deepEqual(await readFile(join(directory, 'd/model.bin')), MODEL);
    assert.deepEqual(await readFile(join(directory, 'same.bin')), MODEL);
  }
  await assert.rejects(
    pull(t, registry, `oci://${repository}:v1`, { environment: { SERVAL_OCI_PLATFORM: 'linux/s390x' } }),
    failsWith('ObjectNotFound', /it has linux\/amd64, linux\/arm64;/),
  );
});

test('blobs that are cut go on; such that are damaged on the way are refused', options, async (t) => {
  const registry = await startRegistry(t, programs.path);
  await pushArtifact(t, registry);
  const proxy = await startFaultProxy(t, `http://${registry.host}`);
  const { host } = new URL(proxy.url);
  const docker = { dockerConfig: await dockerConfigIn(await temporaryDirectory(t), host, `${USER}:${PASSWORD}`) };
  const uri = `oci://${host}/team/artifact:v1`;
  const pass = { kind: 'pass' } as const;
  // Challenge, manifest, whether ranges work; then data.
  proxy.faults = [
    pass,
    pass,
    pass,
    { kind: 'cut', afterBytes: 400_000 },
    { kind: 'reset' },
    { kind: 'cut', afterBytes: 10 },
  ];
  const { directory, report } = await pull(t, docker, uri, { parallel: 1 });
  assert.deepEqual(await readFile(join(directory, 'model.bin')), MODEL);
  assert.equal(report.fetchedBytes, MODEL.length + 7);
  assert.equal(report.retries, 3);

  proxy.faults = [pass, { kind: 'corrupt', at: 20 }, { kind: 'corrupt', at: 20 }];
  await assert.rejects(pull(t, docker, uri, { retries: 1 }), failsWith('ChecksumMismatch', /the manifest of/));
  const corrupt = Array.from({ length: 40 }, () => ({ kind: 'corrupt', at: 5 }) as const);
  proxy.faults = [pass, pass, pass, ...corrupt];
  await assert.rejects(pull(t, docker, uri), failsWith('ChecksumMismatch', /sha256 of/));
});

test(
  'tokens of a token server are asked for with the password, for pulling from this repository only',
  options,
  async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = await written(
      t,
      Buffer.from(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] })),
    );
    const scopes: string[] = [];
    const realm = await startHttp(t, ({ url, headers }, response) => {
      const { searchParams } = new URL(url!, 'http://x');
      const wanted = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
      if (headers.authorization !== wanted) {
        response.writeHead(401).end();
        return;
      }
      const access = searchParams.getAll('scope').map((scope) => {
        scopes.push(scope);
        const [, type, name, actions] = /^(\w+):(.+):([\w,]+)$/.exec(scope)!;
        return { type, name, actions: actions!.split(',') };
      });
      response.end(JSON.stringify({ token: tokenFor(access, searchParams.get('service')!, privateKey) }));
    });
    const writable = await startRegistry(t, programs.path); // crane goes to no token server on loopback
    await pushArtifact(t, writable);
    const auth = {
      token: {
        realm: `${realm}/token`,
        service: 'registry of the test',
        issuer: 'token server of the test',
        jwks: keys,
      },
    };
    const registry = await startRegistry(t, programs.path, auth, writable.storage);
    const uri = `oci://${registry.host}/team/artifact:v1`;
    const { directory } = await pull(t, registry, uri);
    assert.deepEqual(await readFile(join(directory, 'model.bin')), MODEL);
    assert.deepEqual(scopes, ['repository:team/artifact:pull']);

    const wrong = { dockerConfig: await dockerConfigIn(await temporaryDirectory(t), registry.host, 'wrong:SENTINEL') };
    await assert.rejects(pull(t, wrong, uri), failsWith('AccessDenied', /were refused/));
  },
);

/** A JSON Web Token as distribution's token authentication has it. */
function tokenFor(access: object[], audience: string, key: Parameters<typeof sign>[2]): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'token server of the test', sub: USER, aud: audience, nbf: now - 60, iat: now, exp: now + 300 };
  const jti = createHash('sha256').update(randomBytes(8)).digest('hex');
  const signed = `${encode({ typ: 'JWT', alg: 'ES256', kid: 'k' })}.${encode({ ...claims, jti, access })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: key as never, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
