import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPlatform } from './platform.ts';
import type { Row } from './table.ts';

const settleMs = 15_000;
const observedMs = 20_000;
const megabyte = 1024 * 1024;

/** Memory and processor time of a platform that serves nothing; Linux only, as it reads /proc. */
export async function benchAtRest(platform: BenchPlatform): Promise<Row[]> {
  await sleep(settleMs);
  const pids = await processTree(platform.pid);
  const before = await Promise.all(pids.map(cpuSeconds));
  await sleep(observedMs);
  const after = await Promise.all(pids.map(cpuSeconds));
  const used = after.reduce((sum, value, index) => sum + value - (before[index] ?? 0), 0);
  const own = [platform.pid, platform.gatewayPid];
  const [platformBytes, allBytes] = await Promise.all(
    [own, pids].map(async (list) =>
      (await Promise.all(list.map(proportionalBytes))).reduce((sum, value) => sum + value, 0),
    ),
  );
  const bare = await emptyNodeBytes();
  return [
    {
      what: 'memory at rest (PSS), platform and gateway',
      unit: 'MB',
      ours: (platformBytes ?? 0) / megabyte,
      reference: 'an empty Node.js process',
      referenceValue: bare / megabyte,
    },
    {
      what: 'memory at rest (PSS), with the model store’s Pod',
      unit: 'MB',
      ours: (allBytes ?? 0) / megabyte,
      reference: 'an empty Node.js process',
      referenceValue: bare / megabyte,
    },
    { what: 'processor at rest', unit: '% of a core', ours: (used / (observedMs / 1000)) * 100, reference: '-' },
  ];
}

async function processTree(root: number): Promise<number[]> {
  const found = [root];
  for (let index = 0; index < found.length; index++) {
    const text = await readFile(`/proc/${found[index]}/task/${found[index]}/children`, 'utf8').catch(() => '');
    found.push(...text.trim().split(' ').filter(Boolean).map(Number));
  }
  return found;
}

/** Processor time that a process has used; 0 where there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // utime and stime of proc(5), in clock ticks.
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

/** Memory of a process, with its share of what it has in common with others; 0 where there is no /proc. */
export async function proportionalBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

async function emptyNodeBytes(): Promise<number> {
  const script = "process.stdout.write(require('fs').readFileSync('/proc/self/smaps_rollup', 'utf8'))";
  const text = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
