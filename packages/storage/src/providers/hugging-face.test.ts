import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import { readManifest } from '../manifest.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { type HubRepository, READER_TOKEN, STRANGER_TOKEN, startHub } from '../test-support/hub-server.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const WEIGHTS = randomBytes(100_000);
const MODEL = {
  'config.json': '{"a":1}',
  'empty.txt': '',
  'tokenizer/ä &+%?#.json': 'odd',
  'model.safetensors': { data: WEIGHTS, storage: 'lfs' },
  'onnx/model.onnx': { data: WEIGHTS.subarray(1), storage: 'xet' },
} as const;
const SMALL = { 'model.onnx': { data: 'weights', storage: 'lfs' } } as const;
const REPOSITORIES = (): Record<string, HubRepository> => ({
  'acme/iris': {
    revisions: {
      main: MODEL,
      'v1.0': { 'config.json': 'old' },
      'refs/pr/1': { 'config.json': 'proposed' },
    },
  },
  'acme/gated': { revisions: { main: SMALL }, access: 'gated' },
  'acme/secret': { revisions: { main: SMALL }, access: 'private' },
  'acme/disabled': { revisions: { main: MODEL }, access: 'disabled' },
  'acme/nothing': { revisions: { main: {} } },
});
/** So that no token of this machine is read. */
const NOBODY = { HF_HOME: '/nonexistent' };

test('all files of a model, from Git and from large-file storage, in ranges, with their digests', async (t) => {
  const hub = await startHub(t, REPOSITORIES(), { pageSize: 3, linkOrigin: 'https://huggingface.co' });
  const directory = await temporaryDirectory(t);
  const environment = { ...NOBODY, HF_ENDPOINT: hub.url };
  const report = await download('hf://acme/iris', directory, { environment, segmentBytes: 30_000 });
  assert.deepEqual(await filesOf(directory), Object.keys(MODEL).sort());
  assert.deepEqual(await readFile(join(directory, 'model.safetensors')), WEIGHTS);
  assert.deepEqual(await readFile(join(directory, 'onnx/model.onnx')), WEIGHTS.subarray(1));
  assert.equal(await readFile(join(directory, 'tokenizer/ä &+%?#.json'), 'utf8'), 'odd');
  assert.equal(report.bytes, 200_009);
  const { files } = (await readManifest(directory))!;
  const digests = Object.fromEntries(files.map(({ name, digest }) => [name, digest]));
  assert.deepEqual(digests['model.safetensors'], {
    algorithm: 'sha256',
    hex: createHash('sha256').update(WEIGHTS).digest('hex'),
  });
  assert.equal(digests['empty.txt']?.hex, 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'); // git hash-object /dev/null
  assert.equal(hub.requests.filter((each) => each.includes('/tree/')).length, 3);
  assert.equal(hub.requests.filter((each) => each.includes('/revision/')).length, 1);
});

test('a revision is a branch, a tag, a pull request or a commit, after ":" or "@"', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const environment = { ...NOBODY, HF_ENDPOINT: `${hub.url}/` };
  const commit = hub.commitOf('acme/iris', 'v1.0');
  for (const [suffix, content] of [
    ['', '{"a":1}'],
    [':', '{"a":1}'],
    [':v1.0', 'old'],
    ['@v1.0', 'old'],
    [`:${commit}`, 'old'],
    [':refs/pr/1', 'proposed'],
  ]) {
    const directory = await temporaryDirectory(t);
    await download(`hf://acme/iris${suffix}`, directory, { environment });
    assert.equal(await readFile(join(directory, 'config.json'), 'utf8'), content, suffix);
  }
});

test('a branch that moves while it is downloaded brings the files of one commit; later only what changed comes', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const environment = { ...NOBODY, HF_ENDPOINT: hub.url };
  const directory = await temporaryDirectory(t);
  const old = hub.repositories['acme/iris']!.revisions['main']!;
  hub.intercept = (request) => {
    if (!request.url!.includes('/resolve/')) return false;
    hub.repositories['acme/iris']!.revisions = { main: { ...old, 'config.json': 'moved' }, before: old };
    return false;
  };
  await download('hf://acme/iris', directory, { environment });
  assert.equal(await readFile(join(directory, 'config.json'), 'utf8'), '{"a":1}');
  const report = await download('hf://acme/iris', directory, { environment });
  assert.equal(await readFile(join(directory, 'config.json'), 'utf8'), 'moved');
  assert.equal(report.fetchedBytes, 5);
  const before = hub.requests.length;
  assert.equal((await download('hf://acme/iris', directory, { environment })).reused, true);
  assert.deepEqual(hub.requests.slice(before), ['GET /api/models/acme/iris/revision/main']);
});

test('the Hub is asked once where a large file lies; an address that expired is asked for anew', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const environment = { ...NOBODY, HF_ENDPOINT: hub.url };
  const directory = await temporaryDirectory(t);
  let ranges = 0;
  hub.intercept = (request, response) => {
    if (!request.url!.includes('Signature') || ++ranges !== 5) return false;
    response.writeHead(403).end('expired');
    return true;
  };
  await download('hf://acme/iris', directory, { environment, segmentBytes: 10_000, parallel: 1 });
  assert.deepEqual(await readFile(join(directory, 'model.safetensors')), WEIGHTS);
  const asked = hub.requests.filter((each) => each.endsWith('model.safetensors')).length;
  assert.equal(asked, 2);
  assert.equal(ranges, 21);
});

test('the token comes from HF_TOKEN, from its older name, or from the file of huggingface_hub, and goes to the Hub only', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const home = await temporaryDirectory(t);
  await mkdir(join(home, '.cache/huggingface'), { recursive: true });
  await writeFile(join(home, 'token'), `${READER_TOKEN}\n`);
  await writeFile(join(home, '.cache/huggingface/token'), READER_TOKEN);
  for (const given of [
    { HF_TOKEN: ` ${READER_TOKEN}\n`, HUGGING_FACE_HUB_TOKEN: 'unused' },
    { HF_TOKEN: '', HUGGING_FACE_HUB_TOKEN: READER_TOKEN, HF_HOME: '/nonexistent' },
    { HF_TOKEN_PATH: join(home, 'token') },
    { HF_HOME: home },
    { XDG_CACHE_HOME: join(home, '.cache') },
    { HOME: home },
    { HOME: home, HF_TOKEN_PATH: '~/token' },
  ]) {
    // The storage server refuses requests that carry a token.
    const environment = { HF_ENDPOINT: hub.url, ...given };
    for (const model of ['gated', 'secret']) {
      await download(`hf://acme/${model}`, await temporaryDirectory(t), { environment, segmentBytes: 4 });
    }
  }
  const off = { HF_ENDPOINT: hub.url, HF_TOKEN: READER_TOKEN, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' };
  await assert.rejects(
    download('hf://acme/gated', await temporaryDirectory(t), { environment: off }),
    failsWith('AccessDenied', /gated/),
  );
});

test('failures say what is wrong, without the token', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const base = { ...NOBODY, HF_ENDPOINT: hub.url };
  const stranger = { ...base, HF_TOKEN: STRANGER_TOKEN };
  const revoked = { ...base, HF_TOKEN: 'hf_revokedSentinel' };
  const cases: [string, Record<string, string>, StorageErrorCode, RegExp][] = [
    ['hf://acme/iris:v2', base, 'ObjectNotFound', /hf:\/\/acme\/iris has no revision "v2"/],
    [`hf://acme/iris:${'0'.repeat(40)}`, base, 'ObjectNotFound', /has no revision "0000/],
    ['hf://acme/missing', base, 'ObjectNotFound', /does not exist, or is private \(401\).*needs HF_TOKEN/],
    ['hf://acme/missing', stranger, 'ObjectNotFound', /does not exist, or is private \(404\)/],
    ['hf://acme/secret', stranger, 'ObjectNotFound', /does not exist, or is private/],
    ['hf://acme/gated', base, 'AccessDenied', /is gated.*set HF_TOKEN/],
    ['hf://acme/gated', stranger, 'AccessDenied', /is gated.*accept the terms at http.*\/acme\/gated/],
    ['hf://acme/iris', revoked, 'AccessDenied', /does not accept the token/],
    ['hf://acme/disabled', base, 'AccessDenied', /is disabled by the Hub/],
    ['hf://acme/nothing', base, 'ObjectNotFound', /has no files at revision "main"/],
    ['hf://me:pSentinel@acme/iris', base, 'InvalidUri', /"hf:\/\/acme\/iris" names no model/],
    ['hf://iris', base, 'InvalidUri', /names no model/],
    ['hf://acme/iris/config.json', base, 'InvalidUri', /names no model.*patterns/],
    ['hf://acme/../iris', base, 'InvalidUri', /names no model/],
    ['hf://acme/..', base, 'InvalidUri', /names no model/],
    ['hf://acme/iris:..', base, 'InvalidUri', /revision that cannot be one/],
    ['hf://acme/iris', { HF_ENDPOINT: 'hub' }, 'InvalidConfiguration', /HF_ENDPOINT is not a URL/],
    ['hf://acme/iris', { HF_ENDPOINT: 'https://u:pSentinel@hub' }, 'InvalidConfiguration', /has a user/],
    ['hf://acme/iris', { ...base, HF_TOKEN: 'hf_Sentinel\nx: y' }, 'InvalidConfiguration', /HF_TOKEN holds characters/],
    ['hf://acme/iris', { ...base, HF_TOKEN_PATH: '/' }, 'InvalidConfiguration', /token file \/ cannot be read/],
    ['hf://acme/iris', { HF_ENDPOINT: hub.cdnUrl }, 'AccessDenied', /not allowed to read hf:\/\/acme\/iris/],
  ];
  for (const [uri, environment, code, pattern] of cases) {
    const directory = await temporaryDirectory(t);
    await assert.rejects(download(uri, directory, { environment, retries: 0 }), (error: Error) => {
      assert.doesNotMatch(`${JSON.stringify(error)} ${error.message} ${error.cause}`, /Sentinel/, uri);
      return failsWith(code, pattern)(error);
    });
    assert.deepEqual(await filesOf(directory), []);
  }
});

test('answers that no Hub gives are refused, listings come to an end', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const options = { environment: { ...NOBODY, HF_ENDPOINT: hub.url }, retries: 0 };
  const bodies: [string, string, RegExp][] = [
    ['/revision/', '{"sha":"../../x"}', /did not answer as the Hub does/],
    ['/revision/', 'null', /did not answer as the Hub does/],
    ['/revision/', '<html>', /is not JSON/],
    ['/tree/', '{}', /did not answer as the Hub does/],
    ['/tree/', '[null]', /did not answer as the Hub does/],
    ['/tree/', '[{"type":"file","path":"a","size":-1,"oid":"x"}]', /did not answer as the Hub does/],
    ['/tree/', '[{"type":"file","path":"a","size":1,"lfs":{"oid":"x","size":1}}]', /did not answer as the Hub does/],
    ['/tree/', '[]', /does not come to an end/],
  ];
  for (const [path, body, pattern] of bodies) {
    hub.intercept = (request, response) => {
      if (!request.url!.includes(path)) return false;
      response.writeHead(200, { link: '</x?cursor=same>; rel="next"' }).end(body);
      return true;
    };
    const directory = await temporaryDirectory(t);
    await assert.rejects(download('hf://acme/iris', directory, options), failsWith('SourceRejected', pattern));
  }
  hub.intercept = (request, response) => {
    if (!request.url!.includes('/tree/')) return false;
    const entry = { type: 'file', path: '../../etc/passwd', size: 1, oid: '0'.repeat(40) };
    response.writeHead(200).end(JSON.stringify([entry]));
    return true;
  };
  await assert.rejects(
    download('hf://acme/iris', await temporaryDirectory(t), options),
    failsWith('UnsafeName', /leads out/),
  );
});

test('a large file that breaks off goes on at the byte where it broke', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  let answers = 0;
  hub.intercept = (request, response) => {
    if (!request.url!.includes('Signature') || ++answers > 2) return false;
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}` };
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': WEIGHTS.length - start,
      ...(start > 0 ? range : {}),
    });
    response.write(WEIGHTS.subarray(start, start + 20_000), () => response.destroy());
    return true;
  };
  hub.repositories['acme/iris']!.revisions = { main: { 'model.safetensors': { data: WEIGHTS, storage: 'xet' } } };
  const directory = await temporaryDirectory(t);
  const environment = { ...NOBODY, HF_ENDPOINT: hub.url };
  const report = await download('hf://acme/iris', directory, { environment, retryBaseMs: 1 });
  assert.deepEqual(await readFile(join(directory, 'model.safetensors')), WEIGHTS);
  assert.equal(report.retries, 2);
  assert.equal(report.fetchedBytes, WEIGHTS.length);
});

test('another commit, size or digest than listed, and damaged bytes, are never taken', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const options = { environment: { ...NOBODY, HF_ENDPOINT: hub.url }, retries: 0, retryBaseMs: 1 };
  const elsewhere = `${hub.cdnUrl}/x?Signature=signatureSentinel`;
  for (const headers of [
    { 'x-repo-commit': 'f'.repeat(40) },
    { 'x-linked-size': '7' },
    { 'x-linked-etag': `"${'f'.repeat(64)}"` },
  ]) {
    hub.intercept = (request, response) => {
      if (!request.url!.endsWith('/model.safetensors')) return false;
      response.writeHead(302, { location: elsewhere, ...headers }).end();
      return true;
    };
    const directory = await temporaryDirectory(t);
    await assert.rejects(
      download('hf://acme/iris', directory, options),
      failsWith('SourceChanged', /safetensors changed/),
    );
    assert.ok(!(await filesOf(directory)).includes('model.safetensors'));
  }
  hub.intercept = (request, response) => {
    if (!request.url!.includes('Signature')) return false;
    response.writeHead(200, { 'content-length': WEIGHTS.length }).end(Buffer.alloc(WEIGHTS.length));
    return true;
  };
  hub.repositories['acme/iris']!.revisions = { main: { 'model.safetensors': { data: WEIGHTS, storage: 'lfs' } } };
  const directory = await temporaryDirectory(t);
  await assert.rejects(download('hf://acme/iris', directory, options), failsWith('ChecksumMismatch', /sha256 of hf:/));
  assert.deepEqual(await filesOf(directory), []);
});

test('a rate limit is waited for as the Hub says', async (t) => {
  const hub = await startHub(t, REPOSITORIES());
  const waits: number[] = [];
  const answers: Record<string, string>[] = [
    { ratelimit: '"api";r=0;t=0', 'retry-after': '9' },
    { ratelimit: '"api";r=17;t=55', 'retry-after': '0' },
  ];
  hub.intercept = (_request, response) => {
    const headers = answers.shift();
    if (!headers) return false;
    response.writeHead(429, headers).end();
    return true;
  };
  await download('hf://acme/iris', await temporaryDirectory(t), {
    environment: { ...NOBODY, HF_ENDPOINT: hub.url },
    retryBaseMs: 1,
    onEvent: (event) => event.type === 'retry' && waits.push(event.error.retryAfterMs ?? -1),
  });
  assert.deepEqual(waits, [1000, 0]);
});
