import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Log } from '@serval/kube/client';

/**
 * Reads `+ GROUP` and `- GROUP` lines; at the end of its input kills the groups that are still listed. A shell does
 * it in 1 MB, and every system that Serval runs on has one.
 */
const script = `
trap '' HUP INT TERM
groups=' '
while read -r op group; do
  case $op in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0
`;

/** Ends containers when the platform dies, however it dies. */
export interface Reaper {
  watch(group: number): void;
  forget(group: number): void;
  /** Groups still watched are killed. Resolves when that is done. */
  close(): Promise<void>;
}

/**
 * Starts the reaper. It holds the read end of a pipe whose only writer is this process, so the kernel itself tells it
 * of our death, `kill -9` included. One such process serves all containers; a parent-death signal would do on Linux
 * only, and a watcher in each container would cost a process each and lie between us and the exit status.
 */
export function startReaper(log: Log): Reaper {
  const groups = new Set<number>();
  let closed = false;
  let child = start();

  function start(): ChildProcess {
    const reaper = spawn('/bin/sh', ['-c', script], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    });
    reaper.unref();
    reaper.stdin?.on('error', () => {});
    reaper.on('error', (error) => log.error({ error: error.message }, 'the reaper of containers cannot be started'));
    reaper.once('exit', () => {
      if (closed) return;
      log.warn({ groups: groups.size }, 'the reaper of containers ended, starting another');
      setTimeout(() => {
        if (closed) return;
        child = start();
        for (const group of groups) child.stdin?.write(`+ ${group}\n`);
      }, 1_000).unref();
    });
    return reaper;
  }

  return {
    watch(group) {
      groups.add(group);
      child.stdin?.write(`+ ${group}\n`);
    },
    forget(group) {
      if (groups.delete(group)) child.stdin?.write(`- ${group}\n`);
    },
    async close() {
      closed = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.ref();
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    },
  };
}
