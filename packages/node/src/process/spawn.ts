import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ProcessExit } from '../container/termination.ts';
import { messageOf, NodeError } from '../errors.ts';
import { identifyProcess, type ProcessIdentity } from './identity.ts';

/**
 * Waits for a line on descriptor 3, then becomes the program: same process, same number, same start time. Until the
 * line comes nothing of the program has run, so its identity can be written down first; if the platform dies before,
 * the pipe ends and so does the shell.
 */
const gate = 'read -r go <&3 || exit 125; exec 3<&-; exec "$@"';

export interface SpawnOptions {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  workingDirectory: string;
}

export interface GatedProcess {
  identity: ProcessIdentity;
  stdout: Readable;
  stderr: Readable;
  /** Lets the program start. */
  go(): void;
  /** Ends the process without the program ever having run. */
  cancel(): void;
  /** Resolves when the first process has exited. */
  exited: Promise<ProcessExit>;
}

/**
 * Starts a process, leader of its own session and group, that holds still until `go()`.
 * @throws NodeError `StartError`
 */
export async function spawnGated({ command, env, workingDirectory }: SpawnOptions): Promise<GatedProcess> {
  const child = spawn('/bin/sh', ['-c', gate, 'sh', ...withOddNames(command, env)], {
    cwd: workingDirectory,
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const exited = exitOf(child);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new NodeError('StartError', `cannot start ${command[0]}: ${messageOf(error)}`, { cause: error });
  }
  const opener = child.stdio[3] as Writable;
  opener.on('error', () => {});
  const identity = await identifyProcess(child.pid ?? 0);
  if (!identity) {
    opener.end();
    throw new NodeError('StartError', `cannot start ${command[0]}: the process was gone before it could be recorded`);
  }
  return {
    identity,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    go: () => opener.end('go\n'),
    cancel: () => opener.end(),
    exited,
  };
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', () => resolve({ exitCode: 128, signal: null }));
  });
}

/** Shells drop variables whose names they cannot use (`my.var`), so those are set by `env` behind the shell. */
function withOddNames(command: readonly string[], env: Readonly<Record<string, string>>): string[] {
  const odd = Object.entries(env).filter(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return odd.length === 0
    ? [...command]
    : ['/usr/bin/env', ...odd.map(([name, value]) => `${name}=${value}`), ...command];
}
