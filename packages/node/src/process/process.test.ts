import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { silentLog } from '@serval/kube/client';
import { temporaryDirectory } from '../testing.ts';
import { execInContainer } from './exec.ts';
import { containerIdVariable, endContainerProcesses, endLeftover, signalGroup, signalProcess } from './group.ts';
import { identifyProcess, listProcesses } from './identity.ts';
import { startReaper } from './reaper.ts';
import { spawnGated } from './spawn.ts';

const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const sleeper = ['/bin/sh', '-c', 'sleep 300 & exec sleep 300'];

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to pass');
}

test('nothing of the program runs before it is let go, and it keeps its identity', async (t) => {
  const workingDirectory = await temporaryDirectory(t);
  const child = await spawnGated({
    command: ['/bin/sh', '-c', 'touch ran; echo $$ "$my_var"; exit 7'],
    env: { ...env, my_var: 'a b' },
    workingDirectory,
  });
  await assert.rejects(access(join(workingDirectory, 'ran')));
  assert.deepEqual(await identifyProcess(child.identity.pid), child.identity);
  child.go();
  assert.equal(await text(child.stdout), `${child.identity.pid} a b\n`);
  assert.deepEqual(await child.exited, { exitCode: 7, signal: null });
  assert.equal(await identifyProcess(child.identity.pid), undefined);
});

test('a program that is called off never runs', async (t) => {
  const workingDirectory = await temporaryDirectory(t);
  const child = await spawnGated({ command: ['touch', 'ran'], env, workingDirectory });
  child.cancel();
  assert.equal((await child.exited).exitCode, 125);
  await assert.rejects(access(join(workingDirectory, 'ran')));
});

test('variables whose names no shell can hold arrive all the same', async () => {
  const child = await spawnGated({
    command: [process.execPath, '-p', 'process.env["my.var-1"]'],
    env: { ...env, 'my.var-1': 'x y' },
    workingDirectory: '/',
  });
  child.go();
  assert.equal(await text(child.stdout), 'x y\n');
});

test('a working directory that is not there is a start error', async () => {
  await assert.rejects(spawnGated({ command: ['true'], env, workingDirectory: '/no/such/place' }), {
    code: 'StartError',
  });
});

test('the end of the first process is the end of its group, and of those who left it', async () => {
  const id = 'process-test-1';
  const script = 'setsid sh -c "echo \\$\\$; while :; do sleep 1; done" & sleep 300 & exec sleep 300';
  const hasSetsid = process.platform === 'linux';
  const command = ['/bin/sh', '-c', hasSetsid ? script : 'echo 0; sleep 300 & exec sleep 300'];
  const child = await spawnGated({ command, env: { ...env, [containerIdVariable]: id }, workingDirectory: '/' });
  child.go();
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  const stray = Number(first.toString());
  signalProcess(child.identity.pid, 'SIGTERM');
  assert.equal((await child.exited).signal, 'SIGTERM');
  await endContainerProcesses(child.identity.pid, id);
  assert.ok(!(await listProcesses()).some(({ group }) => group === child.identity.pid));
  if (hasSetsid) await until(async () => (await identifyProcess(stray)) === undefined);
  child.stdout.destroy();
});

test('a leftover is ended, a number that another process has been given is not', async () => {
  const child = await spawnGated({ command: sleeper, env, workingDirectory: '/' });
  child.go();
  const { pid } = child.identity;
  assert.equal(await endLeftover({ pid, startTime: 'another boot:1' }, 'nobody'), false);
  assert.ok(signalGroup(pid, 0));
  assert.equal(await endLeftover(child.identity, ''), true);
  assert.equal((await child.exited).signal, 'SIGKILL');
  assert.equal(await endLeftover(child.identity, ''), false);
});

test('containers die with the platform, however it dies', async () => {
  const platform = `
    const { startReaper } = await import(${JSON.stringify(new URL('./reaper.ts', import.meta.url).href)});
    const { spawnGated } = await import(${JSON.stringify(new URL('./spawn.ts', import.meta.url).href)});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const reaper = startReaper(log);
    const pids = [];
    for (let n = 0; n < 3; n += 1) {
      const child = await spawnGated({ command: ${JSON.stringify(sleeper)}, env: ${JSON.stringify(env)}, workingDirectory: '/' });
      reaper.watch(child.identity.pid);
      child.go();
      pids.push(child.identity.pid);
    }
    reaper.forget(pids[1]);
    console.log(JSON.stringify(pids));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['-C', '@serval/source', '--input-type=module', '-e', platform], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const [one = 0, two = 0, three = 0] = JSON.parse(line.toString()) as number[];
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(async () => !(await identifyProcess(one)) && !(await identifyProcess(three)));
  assert.ok(await identifyProcess(two), 'one that is no longer watched is left alone');
  signalGroup(two, 'SIGKILL');
});

test('a command beside the container has its time', async () => {
  const reaper = startReaper(silentLog);
  const { signal } = new AbortController();
  const run = (script: string, timeoutMs: number) =>
    execInContainer({ command: ['/bin/sh', '-c', script], env, workingDirectory: '/' }, { timeoutMs, reaper, signal });
  assert.deepEqual(await run('echo no >&2; exit 4', 5_000), { exitCode: 4, output: 'no\n', timedOut: false });
  assert.equal((await run('sleep 300 & wait', 50)).timedOut, true);
  const none = await execInContainer(
    { command: ['/no/such'], env, workingDirectory: '/' },
    { timeoutMs: 1_000, reaper, signal },
  );
  assert.equal(none.exitCode, undefined);
  assert.match(none.output, /ENOENT/);
  await reaper.close();
});
