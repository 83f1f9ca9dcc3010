import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { download } from '../../packages/storage/src/download.ts';
import { readManifest } from '../../packages/storage/src/manifest.ts';
import { filesOf } from '../../packages/storage/src/test-support/expect.ts';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { installServer } from './support/servers.ts';

const hadoop = installServer('hadoop');
const kserve = installServer('kserve-storage');
const hdfscli = installServer('hdfscli');

/** Hadoop's name nodes, one active and one in standby, with a data node; blocks of 64 KiB and batches of four names. */
async function startHadoop(t: TestContext): Promise<{ active: string; standby: string }> {
  const args = ['-Xmx256m', '-cp', hadoop.path, 'HdfsCluster', await temporaryDirectory(t), 'MD5MD5CRC'];
  const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const [active, standby] = String(line).split(';');
  assert.ok(active && standby, `Hadoop ended: ${line}`);
  return { active, standby };
}

async function put(nameNode: string, path: string, data: Buffer | string): Promise<void> {
  const url = `${nameNode}/webhdfs/v1${path.split('/').map(encodeURIComponent).join('/')}`;
  const query = 'op=CREATE&overwrite=true&user.name=root';
  const named = await fetch(`${url}?${query}`, { method: 'PUT', redirect: 'manual' });
  // Not by fetch: data nodes say "100 Continue" without being asked for it.
  const request = httpRequest(named.headers.get('location')!, { method: 'PUT' }).end(data);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 201, path);
}

test('HDFS: directories in batches, blocks, odd names, standby, users, files written anew', {
  skip: hadoop.missing,
}, async (t) => {
  const { active, standby } = await startHadoop(t);
  const files: Record<string, Buffer | string> = {
    'config.json': '{"a":1}',
    empty: '',
    'weights/one block.bin': randomBytes(65_536),
    'weights/many blocks.bin': randomBytes(300_000),
    'weights/ä %25&+?#=.bin': randomBytes(65_537),
    ...Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`vocabulary/${i}.txt`, `${i}`])),
  };
  for (const [name, data] of Object.entries(files)) await put(active, `/models/iris/${name}`, data);
  await put(active, '/models/iris-old/config.json', 'old');
  const environment = { HDFS_NAMENODE: `${standby};${active}` };

  const directory = await temporaryDirectory(t);
  await download('hdfs://models/iris', directory, { environment, segmentBytes: 50_000 });
  assert.deepEqual(await filesOf(directory), Object.keys(files).sort());
  for (const [name, data] of Object.entries(files)) {
    assert.ok((await readFile(join(directory, name))).equals(Buffer.from(data)), name);
  }
  // What the data nodes keep is what was checked; of nothing there is nothing to check.
  const { files: placed } = (await readManifest(directory))!;
  for (const { name, digest } of placed) assert.equal(digest?.algorithm, name === 'empty' ? undefined : 'hdfs-crc32c');
  assert.equal((await download('hdfs://models/iris', directory, { environment })).reused, true);

  await put(active, '/models/iris/config.json', '{"a":2}'); // as long as before
  const again = await download('hdfs://models/iris', directory, { environment });
  assert.equal(again.fetchedBytes, 7);
  assert.equal(await readFile(join(directory, 'config.json'), 'utf8'), '{"a":2}');

  // Two files put together have a block that is not full before the last: their checksum cannot be told from their bytes.
  await put(active, '/models/joined/a', 'first');
  await put(active, '/models/joined/b', 'second');
  const concat = 'op=CONCAT&sources=/models/joined/b&user.name=root';
  assert.equal((await fetch(`${active}/webhdfs/v1/models/joined/a?${concat}`, { method: 'POST' })).status, 200);
  const joined = await temporaryDirectory(t);
  await download('hdfs://models/joined', joined, { environment });
  assert.equal(await readFile(join(joined, 'a'), 'utf8'), 'firstsecond');
  assert.equal((await readManifest(joined))?.files[0]?.digest, undefined);

  const relative = { ...environment, HDFS_ROOTPATH: '/models' };
  const single = await temporaryDirectory(t);
  await download('webhdfs://iris/config.json', single, { environment: relative });
  await download(`${active.replace('http', 'webhdfs')}/models/iris/config.json`, single);
  assert.deepEqual(await filesOf(single), ['config.json']);

  const permission = 'op=SETPERMISSION&permission=700&user.name=root';
  await fetch(`${active}/webhdfs/v1/models?${permission}`, { method: 'PUT' });
  const options = (added: Record<string, string>) => ({ environment: { ...environment, ...added }, retries: 0 });
  const target = await temporaryDirectory(t);
  await assert.rejects(download('hdfs://models/iris', target, options({ HADOOP_USER_NAME: 'eve' })), {
    code: 'AccessDenied',
    message: /AccessControlException.*Permission denied: user=eve/,
  });
  await download('hdfs://models/iris', target, options({ HADOOP_USER_NAME: 'root' }));
  await assert.rejects(download('hdfs://models/iri', target, options({ HADOOP_USER_NAME: 'root' })), {
    code: 'ObjectNotFound',
  });
  const elsewhere = await temporaryDirectory(t);
  await assert.rejects(download('hdfs://models/iris', elsewhere, options({ HDFS_NAMENODE: standby })), {
    code: 'SourceUnavailable',
    message: /StandbyException/,
  });
});

/** KServe's package as it is, but for Kerberos, whose libraries it loads even when they are not used. */
const KSERVE = `
import sys, types
sys.path.append(sys.argv[1])
import hdfs
sys.modules["krbcontext"] = types.ModuleType("krbcontext")
sys.modules["krbcontext.context"] = types.ModuleType("krbcontext.context")
sys.modules["krbcontext.context"].krbContext = None
sys.modules["hdfs.ext.kerberos"] = types.ModuleType("hdfs.ext.kerberos")
sys.modules["hdfs.ext.kerberos"].Client = hdfs.Client
sys.modules["hdfs.ext.kerberos"].KerberosClient = None
from kserve_storage import Storage
Storage.download(sys.argv[2], sys.argv[3])
`;

const judges = hadoop.missing || kserve.missing || hdfscli.missing;

test("KServe's storage package and ours end with the same files from the same secret", { skip: judges }, async (t) => {
  const { active, standby } = await startHadoop(t);
  for (const [name, data] of [
    ['config.json', '{"a":1}'],
    ['weights/a b.bin', randomBytes(200_000)],
    ['weights/deep/c.bin', randomBytes(10)],
  ] as const) {
    await put(active, `/models/iris/${name}`, data);
  }
  await put(active, '/user/dr.who/mine/x', 'x');
  for (const [uri, secret, count] of [
    ['hdfs://models/iris', {}, 3],
    ['webhdfs://models/iris/config.json', {}, 1],
    ['hdfs://iris', { HDFS_ROOTPATH: '/models' }, 3],
    ['hdfs://x', { HDFS_ROOTPATH: 'mine' }, 1],
  ] as const) {
    const [directory, theirs, ours] = [
      await temporaryDirectory(t),
      await temporaryDirectory(t),
      await temporaryDirectory(t),
    ];
    const values = { HDFS_NAMENODE: `${standby};${active}`, HEADERS: '{"x-my-container": "mine"}', ...secret };
    for (const [name, value] of Object.entries(values)) await writeFile(join(directory, name), value);
    const environment = { HDFS_SECRET_DIR: directory };
    const env = { ...process.env, ...environment };
    await promisify(execFile)(kserve.path, ['-c', KSERVE, hdfscli.path, uri, theirs], { env });
    await download(uri, ours, { environment });
    const names = await filesOf(ours);
    assert.equal(names.length, count, uri);
    assert.deepEqual(await filesOf(theirs), names, uri);
    for (const name of names) {
      assert.ok((await readFile(join(ours, name))).equals(await readFile(join(theirs, name))), name);
    }
  }
});
