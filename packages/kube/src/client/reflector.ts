import type { KubeObject } from '../objects/meta.ts';
import type { Resource } from '../objects/resource.ts';
import { StatusError } from '../objects/status-error.ts';
import type { Client, Reflector } from './client.ts';
import { type Clock, fullJitterMs, sleep, systemClock } from './clock.ts';
import { listAll } from './create-client.ts';
import type { Log } from './log.ts';
import { createObjectStore, type IndexFunctions } from './object-store.ts';
import { type Change, changesOfEvent, changesOfList, withoutManagedFields } from './reflector-state.ts';
import { createShareParts } from './share-parts.ts';

export interface ReflectorOptions<T extends KubeObject> {
  client: Client;
  resource: Resource<T>;
  /** All namespaces when absent. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Keep what this manager applied in managedFields, as `createApplier` needs; everything else of them is dropped. */
  keepManagedFieldsOf?: string;
  /** Last change to an object before it is kept, such as dropping fields that nobody reads. Must not depend on state. */
  transform?: (object: T) => T;
  /** Keep what objects have in common once, which costs a little of each event: for kinds of which there are thousands alike. */
  sharesParts?: boolean;
  /** Read by `byIndex`. */
  indexes?: IndexFunctions<T>;
  /**
   * The kind need not be installed: where it is not, the cache is empty and synced, and the server is asked again until it is there.
   * Default: nothing is synced before the first list.
   */
  mayBeMissing?: boolean;
  /** Told whether the kind is installed: when it is first known, and whenever that changes. Needs `mayBeMissing`. */
  onInstalled?: (installed: boolean) => void;
  /** It is synced, and empty, where it may not be listed; the server is asked again. What was known before a right went stays. */
  mayBeRefused?: boolean;
  /** Told when a list or watch is refused for lack of a right, and with nothing when it is allowed again. Not told while that stays so. */
  onAccess?: (refusal: StatusError | undefined) => void;
  /** Ends the reflector. */
  signal: AbortSignal;
  log: Log;
  clock?: Clock;
  /** In [0, 1). Default `Math.random`. */
  random?: () => number;
}

/** First wait at most this long; doubled by every failure in a row. */
const baseDelayMs = 200;
const maxDelayMs = 30_000;
/** As after so many failures: what is not installed, or may not be read, is asked for every 13 seconds on average. */
const missingFailures = 7;
/** The server ends the watch after 5 to 10 minutes, as client-go asks; a connection that died silently is noticed then. */
const watchSeconds = 300;
const watchGraceMs = 30_000;

/**
 * Keeps a cache of one kind current: lists once, then watches from the list's version on. A broken watch resumes where it
 * was; only a version that the server cannot resume from (410) leads to a new list, whose difference to the cache is reported as changes.
 */
export function createReflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, resource, signal, log, clock = systemClock, random = Math.random, transform } = options;
  const selection = {
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  };
  const store = createObjectStore<T>(options.indexes);
  const share = options.sharesParts ? createShareParts() : undefined;
  const listeners = new Set<(change: Change<T>) => void>();
  const synced = Promise.withResolvers<void>();
  // A reflector that nobody waits for may be ended before its first list.
  synced.promise.catch(() => {});
  let resourceVersion: string | undefined;
  let installed: boolean | undefined;
  let isRefused = false;

  function lean(object: T): T {
    const stripped = withoutManagedFields(object, options.keepManagedFieldsOf);
    const kept = transform ? transform(stripped) : stripped;
    return share ? share(kept) : kept;
  }

  function take(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      store.put(change);
      for (const listener of [...listeners]) {
        try {
          listener(change);
        } catch (error) {
          log.error({ resource: resource.plural, error }, 'a listener of a reflector threw');
        }
      }
    }
  }

  async function relist(): Promise<void> {
    const list = await listAll(client, resource, { ...selection, signal }, lean);
    take(changesOfList(store.items, list.items));
    resourceVersion = list.resourceVersion;
    if (isRefused) options.onAccess?.(undefined);
    isRefused = false;
    knowInstalled(true);
  }

  function knowInstalled(now: boolean): void {
    if (installed !== now) options.onInstalled?.(now);
    installed = now;
    synced.resolve();
  }

  /** @returns whether the watch brought anything, or lasted. */
  async function watchOnce(): Promise<boolean> {
    const timeoutSeconds = Math.round(watchSeconds * (1 + random()));
    const dead = new AbortController();
    const cancel = clock.after(timeoutSeconds * 1000 + watchGraceMs, () => dead.abort());
    const startedAt = clock.now();
    let events = 0;
    try {
      const watch = client.watch(resource, {
        ...selection,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        allowWatchBookmarks: true,
        timeoutSeconds,
        signal: AbortSignal.any([signal, dead.signal]),
      });
      for await (const event of watch) {
        events += 1;
        if (event.type !== 'BOOKMARK')
          take(changesOfEvent(store.items, { type: event.type, object: lean(event.object) }));
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
      }
    } finally {
      cancel();
    }
    return events > 0 || clock.now() - startedAt > 1000;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (resourceVersion === undefined) await relist();
        failures = (await watchOnce()) ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        if (options.mayBeMissing && isMissing(error)) {
          take(changesOfList(store.items, []));
          resourceVersion = undefined;
          knowInstalled(false);
          failures = Math.max(failures, missingFailures);
          await sleep(clock, fullJitterMs(failures, baseDelayMs, maxDelayMs, random), signal);
          continue;
        }
        if (isForbidden(error)) {
          if (!isRefused) options.onAccess?.(error);
          isRefused = true;
          // A list says for certain when the right is back; a watch is silent until something changes.
          resourceVersion = undefined;
          if (options.mayBeRefused) synced.resolve();
          failures = Math.max(failures, missingFailures);
        }
        const isTold = isRefused && options.onAccess !== undefined;
        log[failures > 2 && !isTold ? 'warn' : 'debug'](
          { resource: resource.plural, failures, error: messageOf(error) },
          'watch interrupted',
        );
        if (isVersionUnusable(error)) {
          resourceVersion = undefined;
          // Nothing is wrong when a version was forgotten once.
          if (failures === 1) continue;
        }
      }
      if (failures > 0) await sleep(clock, fullJitterMs(failures, baseDelayMs, maxDelayMs, random), signal);
    }
    synced.reject(signal.reason);
  }
  void run();

  return {
    resource,
    synced: synced.promise,
    get: store.get,
    list: store.list,
    byIndex: store.byIndex,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** No such kind is served: a list or watch of one that is never answers 404. */
function isMissing(error: unknown): boolean {
  return error instanceof StatusError && error.code === 404;
}

function isForbidden(error: unknown): error is StatusError {
  return error instanceof StatusError && error.code === 403;
}

/** Forgotten by the server, or ahead of it, as after its data was restored from an older copy. */
function isVersionUnusable(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false;
  return (
    error.code === 410 || Boolean(error.details?.causes?.some(({ reason }) => reason === 'ResourceVersionTooLarge'))
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
