import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Log, rfc3339 } from '@serval/kube/client';
import { nodeShutdown } from '../container/termination.ts';
import { endLeftover } from '../process/group.ts';
import { type ContainerRecord, listDirectory, podDirectory, readRecord, writeDurably } from './directory.ts';

/**
 * Ends every container that an earlier run of the platform left behind and notes its end, so that it counts as a
 * restart. To be called before any Pod is started.
 */
export async function endLeftovers(podsDirectory: string, clock: Clock, log: Log): Promise<void> {
  for (const uid of await listDirectory(podsDirectory)) {
    const directory = podDirectory(podsDirectory, uid);
    for (const container of await listDirectory(join(directory.root, 'containers'))) {
      const record = await readRecord<ContainerRecord>(directory.containerRecord(container));
      if (!record?.process || record.terminated) continue;
      const ran = await endLeftover(record.process, record.containerID ?? '');
      if (ran) log.info({ uid, container, pid: record.process.pid }, 'ended a container of an earlier run');
      const terminated = {
        exitCode: 137,
        reason: nodeShutdown,
        message: 'the platform was stopped while the container ran',
        ...(record.startedAt ? { startedAt: record.startedAt } : {}),
        finishedAt: rfc3339(clock.now()),
      };
      await writeDurably(directory.containerRecord(container), { ...record, terminated });
    }
  }
}

/** Removes the directories of Pods that were deleted while the platform did not run. */
export async function removeStrayDirectories(podsDirectory: string, known: ReadonlySet<string>): Promise<void> {
  for (const uid of await listDirectory(podsDirectory)) {
    if (!known.has(uid))
      await rm(podDirectory(podsDirectory, uid).root, { recursive: true, force: true, maxRetries: 5 });
  }
}
