import type { Log } from '@serval/kube/client';
import { type AnyObject, StatusError } from '@serval/kube/objects';
import { type Write, WriteConflict } from '../store/change.ts';
import type { Store } from '../store/store.ts';

/** Writes to the store; a store that cannot write gives a clear answer, and reading goes on. */
export async function writeObject({ store, log }: { store: Store; log: Log }, write: Write): Promise<AnyObject> {
  try {
    return await store.write(write);
  } catch (error) {
    if (error instanceof WriteConflict) throw error;
    const message = error instanceof Error ? error.message : String(error);
    log.error({ resource: write.resource, key: write.key, error: message }, 'write failed');
    if (/full/i.test(message)) {
      throw new StatusError(
        'InternalError',
        `the disk of the data directory is full: nothing was written (${message})`,
        {
          code: 507,
          cause: error,
        },
      );
    }
    throw new StatusError('InternalError', `the write failed: ${message}`, { cause: error });
  }
}
