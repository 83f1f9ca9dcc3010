import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

interface Platform {
  child: ChildProcess;
  uid: string;
  restarts: number;
}

async function startPlatform(t: TestContext, dataDir: string): Promise<Platform> {
  const child = spawn(process.execPath, ['-C', '@serval/source', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the platform ended with ${code}`)));
  exited.catch(() => {});
  const [line] = (await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), exited])) as [
    Buffer,
  ];
  return { child, ...JSON.parse(line.toString()) };
}

function isAlive(pid: number): Promise<boolean> {
  return promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).then(
    ({ stdout }) => !stdout.trim().startsWith('Z'),
    () => false,
  );
}

async function childrenOf(parent: number): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, ppid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(ppid) === parent ? [{ pid: Number(pid), command }] : [];
  });
}

async function gone(pid: number): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    if (!(await isAlive(pid))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`process ${pid} is still there`);
}

test('a platform that is killed takes its containers along; what even so is left is ended by the next one', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-node-'));
  t.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const pids = async (uid: string): Promise<number[]> => {
    const text = await readFile(join(dataDir, 'node', 'pods', uid, 'containers', 'main', 'root', 'pids'), 'utf8');
    return text.trim().split('\n').map(Number);
  };

  const first = await startPlatform(t, dataDir);
  const [one = 0] = await pids(first.uid);
  assert.ok(await isAlive(one));
  first.child.kill('SIGKILL');
  await gone(one);

  const second = await startPlatform(t, dataDir);
  assert.deepEqual([second.uid, second.restarts], [first.uid, 1]);
  const [, two = 0] = await pids(first.uid);
  const reaper = (await childrenOf(second.child.pid ?? 0)).find(({ command }) => command.includes('while read'));
  process.kill(reaper?.pid ?? 0, 'SIGKILL');
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');
  assert.ok(await isAlive(two), 'nobody was left to end it');

  const third = await startPlatform(t, dataDir);
  assert.equal(third.restarts, 2);
  assert.equal(await isAlive(two), false);
  const [, , three = 0] = await pids(first.uid);
  third.child.kill('SIGKILL');
  await gone(three);
});
