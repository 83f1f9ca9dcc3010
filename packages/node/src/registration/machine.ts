import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, hostname, platform, release, totalmem, version } from 'node:os';
import type { Machine } from './node-object.ts';

export async function readMachine(directory: string): Promise<Machine> {
  const disk = await statfs(directory);
  return {
    hostname: hostname(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: disk.blocks * disk.bsize,
    architecture: arch(),
    platform: platform(),
    kernelVersion: release(),
    osImage: version(),
  };
}
