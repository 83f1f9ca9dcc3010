import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../command/cli-error.ts';
import type { Command } from '../command/command.ts';
import { isLocked, readRunRecord } from '../platform/data-directory.ts';

const pollMs = 100;
/** Pods get their grace period (30 s unless they say otherwise), the gateway ten seconds. */
const stopTimeoutMs = 90_000;

export const downCommand: Command = {
  name: 'down',
  summary: 'stop the platform that runs on this machine',
  options: [],
  async run({ dataDir, out, signal }) {
    const record = await readRunRecord(dataDir);
    // The lock tells whether it runs: a process id alone may belong to another program by now.
    if (!(await isLocked(dataDir))) {
      out.note(`nothing runs on ${dataDir}`);
      return 0;
    }
    if (record === undefined) {
      throw new CliError('NotRunning', `the platform on ${dataDir} is still starting or already stopping`, {
        hint: 'try again in a moment',
      });
    }
    process.kill(record.pid, 'SIGTERM');
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(stopTimeoutMs)]);
    while (await isLocked(dataDir)) {
      if (deadline.aborted) {
        throw new CliError('TimedOut', `process ${record.pid} still runs after ${stopTimeoutMs / 1000} s`, {
          hint: `what it waits for is in ${dataDir}/logs/serval.log`,
        });
      }
      await sleep(pollMs);
    }
    out.print(`stopped (process ${record.pid})`);
    return 0;
  },
};
