import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { download } from '../../packages/storage/src/download.ts';
import { StorageError } from '../../packages/storage/src/errors.ts';
import { filesOf } from '../../packages/storage/src/test-support/expect.ts';
import {
  type Hub,
  READER_TOKEN,
  STRANGER_TOKEN,
  startHub,
} from '../../packages/storage/src/test-support/hub-server.ts';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { installServer } from './support/servers.ts';

// There is no Hub to install. What stands in for it is judged by the Hub's own library and by KServe's storage package: they must
// find in it what they find in the Hub, and all must end with the same files, or fail for the same reason.

const WEIGHTS = randomBytes(20_000_000);
const FILES = {
  'config.json': '{"a":1}',
  'empty.txt': '',
  'tokenizer/vocabulary ä+&.txt': 'odd',
  'model.safetensors': { data: WEIGHTS, storage: 'lfs' },
  'onnx/model.onnx': { data: WEIGHTS.subarray(0, 3_000_000), storage: 'xet' },
} as const;

function startTestHub(t: Parameters<typeof startHub>[0]): Promise<Hub> {
  return startHub(
    t,
    {
      'acme/iris': { revisions: { main: FILES, 'v1.0': { 'config.json': 'old' } } },
      'acme/gated': { revisions: { main: { 'config.json': 'gated' } }, access: 'gated' },
      'acme/secret': { revisions: { main: { 'config.json': 'secret' } }, access: 'private' },
      'acme/disabled': { revisions: { main: FILES }, access: 'disabled' },
    },
    { pageSize: 3 },
  );
}

const run = promisify(execFile);

const HUGGINGFACE_HUB = `
import sys
from huggingface_hub import snapshot_download
repository, _, revision = sys.argv[1].removeprefix("hf://").partition(":")
try:
    snapshot_download(repository, revision=revision or None, local_dir=sys.argv[2])
except Exception as error:
    print(type(error).__name__)
`;

const KSERVE = `
import sys
from kserve_storage import Storage
try:
    Storage.download(sys.argv[1], sys.argv[2])
except Exception as error:
    print(type(error).__name__)
`;

for (const [judge, script, program] of [
  ['huggingface_hub', 'huggingface-hub', HUGGINGFACE_HUB],
  ["KServe's storage package", 'kserve-storage', KSERVE],
] as const) {
  const python = installServer(script);

  test(`${judge} and ours end with the same files`, { skip: python.missing }, async (t) => {
    const hub = await startTestHub(t);
    for (const [uri, token, count] of [
      ['hf://acme/iris', '', 5],
      ['hf://acme/iris:v1.0', '', 1],
      [`hf://acme/iris:${hub.commitOf('acme/iris', 'main')}`, '', 5],
      ['hf://acme/gated', READER_TOKEN, 1],
      ['hf://acme/secret', READER_TOKEN, 1],
    ] as const) {
      const [theirs, ours] = [await temporaryDirectory(t), await temporaryDirectory(t)];
      const environment = { HF_ENDPOINT: hub.url, HF_TOKEN: token, HF_HOME: await temporaryDirectory(t) };
      // Chunked storage has a protocol of its own, which is left out; every such file can be read as any other.
      const env = { ...process.env, ...environment, HF_HUB_DISABLE_XET: '1' };
      const { stdout } = await run(python.path, ['-c', program, uri, theirs], { env });
      assert.doesNotMatch(stdout, /Error/);
      await download(uri, ours, { environment });
      const names = (await filesOf(theirs)).filter((name) => !name.startsWith('.cache/'));
      assert.equal(names.length, count);
      assert.deepEqual(await filesOf(ours), names);
      for (const name of names) {
        assert.ok((await readFile(join(ours, name))).equals(await readFile(join(theirs, name))), name);
      }
    }
  });

  test(`${judge} and ours fail for the same reasons`, { skip: python.missing }, async (t) => {
    const hub = await startTestHub(t);
    for (const [uri, token, theirs, ours] of [
      // A 401 without a code; the library takes it for a missing repository at https addresses only.
      ['hf://acme/missing', '', 'HfHubHTTPError', 'ObjectNotFound'],
      ['hf://acme/missing', STRANGER_TOKEN, 'RepositoryNotFoundError', 'ObjectNotFound'],
      ['hf://acme/secret', STRANGER_TOKEN, 'RepositoryNotFoundError', 'ObjectNotFound'],
      ['hf://acme/iris:v9', '', 'RevisionNotFoundError', 'ObjectNotFound'],
      ['hf://acme/gated', '', 'GatedRepoError', 'AccessDenied'],
      ['hf://acme/gated', STRANGER_TOKEN, 'GatedRepoError', 'AccessDenied'],
      ['hf://acme/iris', 'hf_revoked', 'HfHubHTTPError', 'AccessDenied'],
      ['hf://acme/disabled', '', 'LocalEntryNotFoundError', 'AccessDenied'],
    ] as const) {
      const environment = { HF_ENDPOINT: hub.url, HF_TOKEN: token, HF_HOME: await temporaryDirectory(t) };
      const env = { ...process.env, ...environment, HF_HUB_DISABLE_XET: '1' };
      const { stdout } = await run(python.path, ['-c', program, uri, await temporaryDirectory(t)], { env });
      // KServe's package names all of them alike.
      if (judge === 'huggingface_hub') assert.equal(stdout.trim(), theirs, uri);
      else assert.match(stdout, /Error$/m, uri);
      const attempt = download(uri, await temporaryDirectory(t), { environment, retries: 0 });
      await assert.rejects(attempt, (error) => error instanceof StorageError && error.code === ours);
    }
  });
}
