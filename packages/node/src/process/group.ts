import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../errors.ts';
import { identifyProcess, listProcesses, type ProcessIdentity } from './identity.ts';

/** Every container's environment carries this with the container's id, so that no descendant can hide. */
export const containerIdVariable = 'SERVAL_CONTAINER_ID';

/** Sends a signal to a whole process group; `false` when nobody is left in it. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  return send(-group, signal);
}

/** Sends a signal to one process; `false` when it is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  return send(pid, signal);
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    // macOS answers EPERM for a group that holds only zombies.
    if (errnoOf(error) === 'EPERM') return false;
    throw error;
  }
}

/** How long the kernel may take to remove killed processes before we go on without them. */
const goneWithinMs = 5_000;

/**
 * Ends what is left of a container once its first process is gone, as the kernel does when a container's PID 1
 * exits: the rest of its group, and (on Linux) descendants that left the group, known by the container's id.
 */
export async function endContainerProcesses(group: number, containerId: string): Promise<void> {
  if (signalGroup(group, 'SIGKILL')) await groupGone(group);
  // A process that is just being forked or replaced shows no environment, so one look that finds nobody is not enough.
  for (let quiet = 0, looks = 0; quiet < 2 && looks < 20; looks += 1) {
    quiet = (await endStrays(containerId)) === 0 ? quiet + 1 : 0;
    if (quiet < 2) await sleep(10);
  }
}

async function groupGone(group: number): Promise<void> {
  const until = performance.now() + goneWithinMs;
  for (let waitMs = 2; performance.now() < until; waitMs = Math.min(waitMs * 2, 100)) {
    if (!signalGroup(group, 0) || (await onlyZombies(group))) return;
    await sleep(waitMs);
  }
}

async function onlyZombies(group: number): Promise<boolean> {
  return process.platform === 'linux' && !(await listProcesses()).some((p) => p.group === group);
}

function carriesId(environment: string, containerId: string): boolean {
  return containerId !== '' && `\0${environment}`.includes(`\0${containerIdVariable}=${containerId}\0`);
}

/**
 * Ends a container of an earlier run of the platform. The group is killed only if its leader is the very process
 * that was recorded; a number that another program has been given since is left alone. Where the leader is gone,
 * members are known by the container's id in their environment (Linux).
 * @returns whether anything was running
 */
export async function endLeftover(identity: ProcessIdentity, containerId: string): Promise<boolean> {
  const current = await identifyProcess(identity.pid);
  if (current?.startTime === identity.startTime) {
    signalGroup(identity.pid, 'SIGKILL');
    await groupGone(identity.pid);
    await endStrays(containerId);
    return true;
  }
  return (await endStrays(containerId)) > 0;
}

async function endStrays(containerId: string): Promise<number> {
  const strays = (await listProcesses()).filter(({ environment }) => carriesId(environment, containerId));
  for (const { pid } of strays) signalProcess(pid, 'SIGKILL');
  return strays.length;
}
