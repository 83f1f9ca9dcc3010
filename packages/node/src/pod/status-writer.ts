import { isDeepStrictEqual } from 'node:util';
import { type Client, type Clock, type Log, sleep } from '@serval/kube/client';
import { isStatusError, type Pod, type PodStatus, pods } from '@serval/kube/objects';
import { messageOf } from '../errors.ts';

/** Writes a Pod's status: only when it differs, one write at a time, always the latest. */
export interface StatusWriter {
  set(status: PodStatus): void;
  /** Resolves when what was set is written, or the Pod is gone. */
  settled(): Promise<void>;
}

const retryMs = 500;

export function createStatusWriter(
  { client, clock, log }: { client: Client; clock: Clock; log: Log },
  { metadata, status }: Pod,
  signal: AbortSignal,
): StatusWriter {
  const { name = '', namespace = '', uid } = metadata;
  let written: PodStatus | undefined = status;
  let wanted: PodStatus | undefined;
  let gone = false;
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    // What is set in one go is written in one go.
    await Promise.resolve();
    while (wanted && !gone && !signal.aborted && !isDeepStrictEqual(wanted, written)) {
      const next = wanted;
      try {
        const patch = { metadata: { uid }, status: mergePatch(written, next) };
        await client.patch(pods, { namespace, name }, 'merge', patch, { subresource: 'status', signal });
        written = next;
      } catch (error) {
        // A Pod that is gone or has been replaced by another of its name has no status to write.
        if (isStatusError(error, 'NotFound', 'Conflict', 'Invalid')) {
          gone = isStatusError(error, 'NotFound', 'Conflict');
          if (!gone) log.error({ namespace, name, error: messageOf(error) }, 'the status of a Pod was refused');
          if (!gone) written = next;
          continue;
        }
        if (!signal.aborted)
          log.warn({ namespace, name, error: messageOf(error) }, 'the status of a Pod was not written');
        await sleep(clock, retryMs, signal);
      }
    }
    working = undefined;
  }

  return {
    set(next) {
      wanted = next;
      working ??= work();
    },
    async settled() {
      await working;
    },
  };
}

/** Fields that are no more are set to null; lists are replaced as a whole (JSON merge patch). */
function mergePatch(before: PodStatus | undefined, after: PodStatus): Record<string, unknown> {
  const patch: Record<string, unknown> = { ...after };
  for (const field of Object.keys(before ?? {})) if (!(field in after)) patch[field] = null;
  return patch;
}
