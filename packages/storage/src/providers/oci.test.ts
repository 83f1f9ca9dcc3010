import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { download } from '../download.ts';
import type { DownloadOptions } from '../options.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startFaultProxy } from '../test-support/fault-proxy.ts';
import { startTestRegistry, type TestRegistry } from '../test-support/oci-registry.ts';
import { tarArchive } from '../test-support/tar-writer.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const TITLE = 'org.opencontainers.image.title';
const MODEL = randomBytes(300_000);
const QUICK = { retryBaseMs: 1, segmentBytes: 50_000 } satisfies DownloadOptions;

/** An artifact with two files, as `oras push` makes it. */
function pushArtifact(registry: TestRegistry, repository = 'team/iris', tag = 'v1') {
  return registry.manifest(
    repository,
    {
      artifactType: 'application/vnd.example.model',
      config: registry.blob('{}', 'application/vnd.oci.empty.v1+json'),
      layers: [
        registry.blob(MODEL, 'application/octet-stream', { [TITLE]: 'model.bin' }),
        registry.blob('{"a":1}', 'application/json', { [TITLE]: 'config/settings.json' }),
      ],
    },
    tag,
  );
}

async function directoryOf(t: TestContext, uri: string, options: DownloadOptions = {}): Promise<string> {
  const directory = await temporaryDirectory(t);
  await download(uri, directory, { ...QUICK, ...options });
  return directory;
}

test('the files of an artifact come by tag and by digest, and not again', async (t) => {
  const registry = await startTestRegistry(t);
  const { digest } = pushArtifact(registry);
  const directory = await directoryOf(t, `oci://${registry.host}/team/iris:v1`);
  assert.deepEqual(await filesOf(directory), ['config/settings.json', 'model.bin']);
  assert.deepEqual(await readFile(join(directory, 'model.bin')), MODEL);
  assert.equal((await download(`oci://${registry.host}/team/iris:v1`, directory)).reused, true);
  assert.equal((await download(`oci://${registry.host}/team/iris@${digest}`, directory)).reusedFiles, 2);
});

test('files of ModelPack, Docker Model Runner and older names are named', async (t) => {
  const registry = await startTestRegistry(t);
  registry.manifest(
    'm',
    {
      config: registry.blob('{"x":1}', 'application/vnd.cncf.model.config.v1+json'),
      layers: [
        registry.blob('weights', 'application/vnd.cncf.model.weight.v1.raw', {
          'org.cncf.model.filepath': 'a/weights.safetensors',
          [TITLE]: 'other',
        }),
        registry.blob('old', 'application/vnd.cnai.model.doc.v1.raw', { 'org.cnai.model.filepath': 'README.md' }),
        registry.blob('gguf', 'application/vnd.docker.ai.gguf.v3'),
        registry.blob('dotted', 'text/plain', { [TITLE]: './dotted.txt' }),
      ],
    },
    'latest',
  );
  const directory = await directoryOf(t, `oci://${registry.host}/m`);
  assert.deepEqual(await filesOf(directory), ['README.md', 'a/weights.safetensors', 'dotted.txt', 'model.gguf']);
});

test('sha512 digests are checked as well', async (t) => {
  const registry = await startTestRegistry(t);
  const layer = registry.blob('data', 'text/plain', { [TITLE]: 'data.txt' });
  const digest = `sha512:${createHash('sha512').update('data').digest('hex')}`;
  registry.blobs.set(digest, Buffer.from('data'));
  registry.manifest('good', { layers: [{ ...layer, digest }] }, 'latest');
  await directoryOf(t, `oci://${registry.host}/good`);
  registry.blobs.set(digest, Buffer.from('DATA'));
  await assert.rejects(directoryOf(t, `oci://${registry.host}/good`), failsWith('ChecksumMismatch', /sha512/));
});

test('a blob that is cut goes on where it was cut', async (t) => {
  const registry = await startTestRegistry(t);
  pushArtifact(registry);
  const proxy = await startFaultProxy(t, registry.url);
  proxy.faults = [
    { kind: 'pass' }, // manifest
    { kind: 'pass' }, // whether ranges work
    { kind: 'cut', afterBytes: 20_000 },
    { kind: 'reset' },
    { kind: 'cut', afterBytes: 3 },
  ];
  const directory = await temporaryDirectory(t);
  const uri = `oci://${new URL(proxy.url).host}/team/iris:v1`;
  const report = await download(uri, directory, { ...QUICK, parallel: 1 });
  assert.deepEqual(await readFile(join(directory, 'model.bin')), MODEL);
  assert.equal(report.retries, 3);
  assert.ok(report.fetchedBytes < MODEL.length + 10_000);
});

test('a registry without ranges is read in one piece', async (t) => {
  const registry = await startTestRegistry(t);
  registry.ranges = false;
  pushArtifact(registry);
  const directory = await directoryOf(t, `oci://${registry.host}/team/iris:v1`);
  assert.deepEqual(await readFile(join(directory, 'model.bin')), MODEL);
});

test('a damaged blob and a damaged manifest are refused', async (t) => {
  const registry = await startTestRegistry(t);
  const { digest } = pushArtifact(registry);
  const proxy = await startFaultProxy(t, registry.url);
  const { host } = new URL(proxy.url);
  proxy.faults = Array.from({ length: 4 }, () => ({ kind: 'corrupt', at: 30 }) as const);
  for (const reference of [':v1', `@${digest}`]) {
    await assert.rejects(
      directoryOf(t, `oci://${host}/team/iris${reference}`, { retries: 1 }),
      failsWith('ChecksumMismatch', /the manifest of/),
    );
  }
  for (const data of registry.blobs.values()) if (data.length > 1000) data[5]! ^= 1;
  await assert.rejects(directoryOf(t, `oci://${host}/team/iris:v1`), failsWith('ChecksumMismatch', /sha256 of/));
  for (const data of registry.blobs.values()) if (data.length > 1000) data[5]! ^= 1;
});

test('of an index the image of the platform is taken, and attestations never', async (t) => {
  const registry = await startTestRegistry(t);
  const of = (platform: Record<string, string> | undefined, text: string) => ({
    ...registry.manifest('m', { layers: [registry.blob(text, 'text/plain', { [TITLE]: 'which.txt' })] }),
    ...(platform ? { platform } : {}),
  });
  registry.manifest(
    'm',
    {
      manifests: [
        of({ os: 'unknown', architecture: 'unknown' }, 'attestation'),
        of({ os: 'linux', architecture: 'amd64' }, 'amd64'),
        of({ os: 'linux', architecture: 'arm64', variant: 'v8' }, 'arm64'),
      ],
    },
    'multi',
  );
  registry.manifest(
    'm',
    { manifests: [of({ os: 'unknown', architecture: 'unknown' }, 'no'), of(undefined, 'alone')] },
    'one',
  );
  for (const [tag, platform, expected] of [
    ['multi', 'linux/amd64', 'amd64'],
    ['multi', 'linux/arm64', 'arm64'],
    ['multi', 'linux/arm64/v8', 'arm64'],
    ['one', 'linux/s390x', 'alone'],
  ]) {
    const environment = { SERVAL_OCI_PLATFORM: platform };
    const directory = await directoryOf(t, `oci://${registry.host}/m:${tag}`, { environment });
    assert.equal(await readFile(join(directory, 'which.txt'), 'utf8'), expected);
  }
  await assert.rejects(
    directoryOf(t, `oci://${registry.host}/m:multi`, { environment: { SERVAL_OCI_PLATFORM: 'linux/ppc64le' } }),
    failsWith('ObjectNotFound', /no image for linux\/ppc64le — it has linux\/amd64, linux\/arm64\/v8;/),
  );
});

const IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** An image whose folder `/models` has `iris/model.bin` and `keep`, after a whiteout; gzip, zstd and plain layers. */
function pushImage(registry: TestRegistry, extra: ReturnType<typeof registry.blob>[] = []) {
  const shared = registry.blob(tarArchive([{ name: 'etc/x', content: 'x' }]), LAYER);
  return registry.manifest(
    'car',
    {
      config: registry.blob('{"rootfs":{}}', IMAGE_CONFIG),
      layers: [
        shared,
        registry.blob(
          gzipSync(
            tarArchive([
              { name: 'models/gone', content: '1' },
              { name: 'models/keep', content: 'kept' },
            ]),
          ),
          `${LAYER}+gzip`,
        ),
        registry.blob(
          zstdCompressSync(
            tarArchive([{ name: 'models/iris/model.bin', content: MODEL }, { name: 'models/.wh.gone' }]),
          ),
          `${LAYER}+zstd`,
        ),
        shared,
        ...extra,
      ],
    },
    'v1',
  );
}

test('the folder /models of an image is the model, and it comes once', async (t) => {
  const registry = await startTestRegistry(t);
  pushImage(registry);
  const uri = `oci://${registry.host}/car:v1`;
  const directory = await directoryOf(t, uri);
  assert.deepEqual(await filesOf(directory), ['iris/model.bin', 'keep']);
  assert.deepEqual(await readFile(join(directory, 'iris/model.bin')), MODEL);
  const before = registry.seen.length;
  assert.equal((await download(uri, directory, QUICK)).reused, true);
  assert.equal(registry.seen.length, before + 2); // the manifest, and whether ranges work
  const environment = { SERVAL_OCI_MODEL_PATH: '/etc' };
  assert.equal((await download(uri, directory, { ...QUICK, environment })).reused, false);
  assert.deepEqual(await filesOf(directory), ['x']);
  assert.deepEqual(await filesOf(directory, true), ['.serval-manifest.json', 'x']);
});

test('a new image replaces the old one, and a broken one leaves it', async (t) => {
  const registry = await startTestRegistry(t);
  pushImage(registry);
  const uri = `oci://${registry.host}/car:v1`;
  const directory = await directoryOf(t, uri);
  const damaged = gzipSync(tarArchive([{ name: 'models/new', content: MODEL }])).subarray(0, 5000);
  pushImage(registry, [registry.blob(damaged, `${LAYER}+gzip`)]);
  await assert.rejects(download(uri, directory, QUICK), failsWith('ArchiveInvalid', /ends before its compressed data/));
  const link = { name: 'models/out', typeFlag: '2', linkName: '/etc/passwd' };
  pushImage(registry, [registry.blob(tarArchive([link]), LAYER)]);
  await assert.rejects(download(uri, directory, QUICK), failsWith('UnsafeName', /"out" to "\/etc\/passwd"/));
  assert.deepEqual(await filesOf(directory), ['iris/model.bin', 'keep']);
  pushImage(registry, [registry.blob(tarArchive([{ name: 'models/.wh.keep' }, { name: 'models/new' }]), LAYER)]);
  await download(uri, directory, QUICK);
  assert.deepEqual(await filesOf(directory), ['iris/model.bin', 'new']);
});

test('layers that are cut go on, and end as they are', async (t) => {
  const registry = await startTestRegistry(t);
  pushImage(registry);
  const proxy = await startFaultProxy(t, registry.url);
  const directory = await temporaryDirectory(t);
  const faults = [7_000, 60_000, 100, 3].map((afterBytes) => ({ kind: 'cut', afterBytes }) as const);
  proxy.faults = [{ kind: 'pass' }, { kind: 'pass' }, ...faults];
  await download(`oci://${new URL(proxy.url).host}/car:v1`, directory, { ...QUICK, parallel: 1 });
  assert.deepEqual(await readFile(join(directory, 'iris/model.bin')), MODEL);
});

test('archives of KitOps, ModelPack and ORAS are unpacked beside files, an archive pushed as a file is kept', async (t) => {
  const registry = await startTestRegistry(t);
  const of = (name: string) => tarArchive([{ name, content: name }]);
  registry.manifest(
    'm',
    {
      artifactType: 'application/vnd.kitops.modelkit.manifest.v1+json',
      config: registry.blob('{"kit":1}', 'application/vnd.kitops.modelkit.config.v1+json'),
      layers: [
        registry.blob(gzipSync(of('model/weights.bin')), 'application/vnd.kitops.modelkit.model.v1.tar+gzip'),
        registry.blob(zstdCompressSync(of('pack/.wh.data')), 'application/vnd.cncf.model.weight.v1.tar+zstd', {
          'org.cncf.model.filepath': 'pack',
        }),
        registry.blob(gzipSync(of('folder/x')), `${LAYER}+gzip`, {
          [TITLE]: 'folder',
          'io.deis.oras.content.unpack': 'true',
        }),
        registry.blob(gzipSync(of('inner')), `${LAYER}+gzip`, { [TITLE]: 'kept.tar.gz' }),
        registry.blob('raw', 'text/plain', { [TITLE]: 'raw.txt' }),
      ],
    },
    'latest',
  );
  const directory = await directoryOf(t, `oci://${registry.host}/m`);
  assert.deepEqual(await filesOf(directory), [
    'folder/x',
    'kept.tar.gz',
    'model/weights.bin',
    'pack/.wh.data',
    'raw.txt',
  ]);
});

test('an index that leads to itself or to another for ever ends', async (t) => {
  const registry = await startTestRegistry(t);
  let next = registry.manifest('m', { layers: [] });
  for (let i = 0; i < 6; i++) next = registry.manifest('m', { manifests: [next] }, 'deep');
  await assert.rejects(
    directoryOf(t, `oci://${registry.host}/m:deep`),
    failsWith('SourceRejected', /more than 4 indexes/),
  );
});

test('malformed references and manifests are told', async (t) => {
  const registry = await startTestRegistry(t);
  const { host } = registry;
  const layer = registry.blob('x', 'text/plain');
  registry.manifest('m', { layers: [layer] }, 'unnamed');
  registry.manifest('m', { layers: [] }, 'empty');
  registry.manifest('m', { layers: [{ ...layer, digest: 'md5:abc' }] }, 'digest');
  registry.manifest('m', { layers: [{ ...layer, size: -1 }] }, 'size');
  registry.manifest('m', { layers: 'all' }, 'layers');
  registry.manifest('m', { schemaVersion: 1, fsLayers: [] }, 'old');
  registry.manifest('m', { layers: [registry.blob('x', 'text/plain', { [TITLE]: '../../out' })] }, 'leaving');
  registry.manifest('m', { layers: [registry.blob('x', 'text/plain', { [TITLE]: '/etc/passwd' })] }, 'absolute');
  registry.before = ({ url }, response) => {
    if (url!.endsWith('/huge')) response.end(Buffer.alloc(5 * 1024 * 1024, ' '));
    else if (url!.endsWith('/page')) response.end('<html>');
    else return false;
    return true;
  };
  for (const [uri, code, pattern] of [
    ['oci://', 'InvalidUri', /no reference/],
    ['oci://Upper', 'InvalidUri', /lower case/],
    [`oci://${host}/m@sha256:abc`, 'InvalidUri', /no reference/],
    [`oci://${host}/m@md5:${'a'.repeat(32)}`, 'InvalidUri', /no reference/],
    [`oci://user:SENTINEL@${host}/m`, 'InvalidUri', /^"oci:\/\/127/],
    [`oci://${host}/m:unnamed`, 'SourceRejected', /has no name/],
    [`oci://${host}/m:empty`, 'ObjectNotFound', /no layers/],
    [`oci://${host}/m:digest`, 'SourceRejected', /neither sha256 nor sha512/],
    [`oci://${host}/m:size`, 'SourceRejected', /no number of bytes/],
    [`oci://${host}/m:layers`, 'SourceRejected', /neither "layers" nor/],
    [`oci://${host}/m:old`, 'SourceRejected', /schema 1/],
    [`oci://${host}/m:page`, 'SourceRejected', /not JSON/],
    [`oci://${host}/m:huge`, 'SourceRejected', /over 4194304 bytes/],
    [`oci://${host}/m:leaving`, 'UnsafeName', /leads out/],
    [`oci://${host}/m:absolute`, 'UnsafeName', /absolute/],
    [`oci://${host}/m:missing`, 'ObjectNotFound', /m:missing does not exist \(404\)/],
  ] as const) {
    const directory = await temporaryDirectory(t);
    await assert.rejects(download(uri, directory, QUICK), (error: Error) => {
      assert.doesNotMatch(error.message, /SENTINEL/);
      return failsWith(code, pattern)(error);
    });
    assert.deepEqual(await filesOf(directory, true), []);
  }
});

test('variables that make no sense are told', async (t) => {
  const registry = await startTestRegistry(t);
  const folder = await temporaryDirectory(t);
  await mkdir(join(folder, 'bad'));
  await writeFile(join(folder, 'bad', 'config.json'), '{"auths":{"u:SENTINEL@reg.io":{"auth":"SENTINEL"}}}');
  for (const [environment, pattern] of [
    [{ SERVAL_OCI_PLATFORM: 'arm64' }, /SERVAL_OCI_PLATFORM is "arm64"/],
    [{ SERVAL_OCI_MODEL_PATH: '/a/../b' }, /SERVAL_OCI_MODEL_PATH/],
    [{ REGISTRY_AUTH_FILE: join(folder, 'none') }, /REGISTRY_AUTH_FILE names .*none, which cannot be read/],
    [{ SERVAL_REGISTRY_CONFIGS: `:${folder}` }, /cannot be read \(EISDIR\)/],
    [{ DOCKER_CONFIG: join(folder, 'bad') }, /entry "reg.io" of .*config.json has an "auth"/],
  ] as const) {
    await assert.rejects(directoryOf(t, `oci://${registry.host}/m`, { environment }), (error: Error) => {
      assert.doesNotMatch(error.message, /SENTINEL/);
      return failsWith('InvalidConfiguration', pattern)(error);
    });
  }
});
