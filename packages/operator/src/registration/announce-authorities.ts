import { type Client, type Clock, type Log, systemClock } from '@serval/kube/client';
import { type AnyObject, isStatusError, type Resource } from '@serval/kube/objects';
import { bundlePatch, type OwnService } from './bundle-patch.ts';
import type { WebhookObject, WebhookObjects } from './webhook-objects.ts';

export interface AnnounceOptions {
  readonly client: Client;
  readonly objects: WebhookObjects;
  readonly service: OwnService;
  /** PEM of those that API servers are to trust. */
  readonly authorities: () => string | undefined;
  /** Only the leader writes, so that replicas whose caches differ for a moment do not take turns. */
  readonly isLeader: () => boolean;
  readonly clock?: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Announcer {
  /** Looks at once: authorities or leadership changed. */
  look(): void;
  /** Whether every object that leads to our Service has exactly this bundle; objects that are not there need none. */
  isAnnounced(authorities: string): boolean;
  /** Why an object could not be written. */
  problem(): string | undefined;
  close(): Promise<void>;
}

const lookEveryMs = 60_000;
const retryMs = 2_000;

/**
 * Keeps `caBundle` right in the webhook configurations and conversion stanzas that lead to the operator. What another overwrites is
 * written again as soon as it is seen.
 */
export function createAnnouncer(options: AnnounceOptions): Announcer {
  const { client, objects, service, log, clock = systemClock, signal } = options;
  let working: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let cancelTimer = () => {};
  let problem: string | undefined;

  const patchOf = (object: WebhookObject, authorities: string) => {
    const live = object.live();
    return live ? bundlePatch(live, service, authorities) : [];
  };

  function look(): void {
    again = true;
    if (!closed) working ??= work();
  }

  async function work(): Promise<void> {
    try {
      await objects.synced;
      while (again && !signal.aborted && !closed) {
        again = false;
        cancelTimer();
        const failed = await announce();
        problem = failed;
        if (!signal.aborted && !closed) cancelTimer = clock.after(failed ? retryMs : lookEveryMs, look);
      }
    } catch {
      // Ended before the first list.
    }
    working = undefined;
  }

  /** The reason of the last failure. */
  async function announce(): Promise<string | undefined> {
    const authorities = options.authorities();
    if (authorities === undefined || !options.isLeader()) return undefined;
    let failed: string | undefined;
    for (const object of objects.objects) {
      const what = `${object.resource.kind} ${object.name}`;
      if (!object.isReadable()) failed = `${what} may not be read`;
      const patch = patchOf(object, authorities);
      if (patch.length === 0) continue;
      try {
        const resource = object.resource as Resource<AnyObject>;
        await client.patch(resource, { name: object.name }, 'json', patch, { signal });
        log.info({ object: what }, 'webhook authorities announced');
      } catch (error) {
        if (signal.aborted || isStatusError(error, 'NotFound')) continue;
        const reason = error instanceof Error ? error.message : String(error);
        failed = `${what} cannot be patched: ${reason}`;
        log.warn({ object: what, error: reason }, 'webhook authorities not announced');
      }
    }
    return failed;
  }

  const stop = objects.onChange(look);
  look();
  return {
    look,
    isAnnounced: (authorities) =>
      authorities !== '' &&
      objects.objects.every((object) => object.isReadable() && patchOf(object, authorities).length === 0),
    problem: () => problem,
    async close() {
      closed = true;
      stop();
      cancelTimer();
      await working;
    },
  };
}
