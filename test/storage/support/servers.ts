import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { repository } from '../../support/serval.ts';

interface Installed {
  /** What the script printed: a program, or a folder. */
  path: string;
  /** Why there is none here; false when there is. */
  missing: string | false;
}

/** Runs `scripts/storage-servers/NAME.sh`, which installs a real server where it can and prints its path. */
export function installServer(name: string): Installed {
  const { status, stdout, stderr } = spawnSync(join(repository, 'scripts', 'storage-servers', `${name}.sh`), {
    encoding: 'utf8',
  });
  if (status === 0) return { path: stdout.trim(), missing: false };
  const reason = `${name} cannot be installed here: ${stderr.trim().split('\n').at(-1)}`;
  assert.notEqual(process.env['SERVAL_ALL_STORAGE_SERVERS'], '1', reason);
  return { path: '', missing: reason };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(address && typeof address === 'object');
  return address.port;
}

/**
 * Starts a server in a process of its own and waits until `ready` no longer throws; ended with the test.
 * @param options.writes  its directory, which goes when it has ended: what is still written to cannot be removed
 */
export async function startServer(
  t: TestContext,
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; writes?: string; ready: () => Promise<unknown> },
): Promise<void> {
  const { ready, writes, ...where } = options;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...where });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    if (writes) await rm(writes, { recursive: true, force: true });
  });
  for (;;) {
    assert.equal(child.exitCode ?? child.signalCode, null, `${command} ended: ${output}`);
    if (
      await ready().then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
}
