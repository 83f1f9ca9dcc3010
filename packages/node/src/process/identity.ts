import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * A process that cannot be mistaken for another one that was given the same number later. The number alone is
 * reused; the number with the moment of its start is not.
 */
export interface ProcessIdentity {
  /** Also the number of the process group: containers are started as leaders of their own. */
  pid: number;
  /** Clock ticks since boot on Linux with the boot's id; `ps`' start time elsewhere. Compared as text only. */
  startTime: string;
}

/** `undefined` when there is no such process (any more). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const startTime = process.platform === 'linux' ? await linuxStartTime(pid) : await psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

async function linuxStartTime(pid: number): Promise<string | undefined> {
  const stat = await readOrUndefined(`/proc/${pid}/stat`);
  const fields = stat && statFields(stat);
  if (!fields || fields.state === 'Z') return undefined;
  const boot = (await readOrUndefined('/proc/sys/kernel/random/boot_id')) ?? '';
  return `${boot.trim()}:${fields.startTicks}`;
}

async function psStartTime(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
    });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Fields of `/proc/PID/stat`; the name in parentheses may hold anything, so what follows the last one counts. */
function statFields(stat: string): { state: string; group: number; startTicks: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startTicks = fields[19];
  return state && group && startTicks ? { state, group: Number(group), startTicks } : undefined;
}

export interface RunningProcess {
  pid: number;
  group: number;
  /** As the process was started with; empty where the system does not tell. */
  environment: string;
}

/** All processes that can be seen (Linux; empty elsewhere). Zombies are left out. */
export async function listProcesses(): Promise<RunningProcess[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const fields = statFields((await readOrUndefined(`/proc/${pid}/stat`)) ?? '');
      if (!fields || fields.state === 'Z') return [];
      return [{ pid, group: fields.group, environment: (await readOrUndefined(`/proc/${pid}/environ`)) ?? '' }];
    }),
  );
  return found.flat();
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
