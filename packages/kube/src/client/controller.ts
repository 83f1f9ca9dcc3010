import type { KubeObject, NamespacedName } from '../objects/meta.ts';
import type { Reflector } from './client.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Change } from './reflector-state.ts';
import { createWorkQueue, type Reconciled, type WorkQueue } from './work-queue.ts';

/** Changes of one kind, and the keys (`namespace/name`, see `keyOf`) of the objects to reconcile because of them. */
export interface ControllerSource<T extends KubeObject> {
  reflector: Reflector<T>;
  keysOf(change: Change<T>): Iterable<string>;
}

/** Infers the kind of one source in a list of several kinds. */
export function source<T extends KubeObject>(
  reflector: Reflector<T>,
  keysOf: (change: Change<T>) => Iterable<string>,
): ControllerSource<KubeObject> {
  return { reflector, keysOf } as unknown as ControllerSource<KubeObject>;
}

export interface ControllerOptions {
  /** Shown in logs. */
  name: string;
  reconcile(target: NamespacedName, signal: AbortSignal): Promise<Reconciled>;
  sources: readonly ControllerSource<KubeObject>[];
  /** Objects reconciled at once. Default 2. */
  concurrency?: number;
  baseDelayMs?: number;
  maxDelayMs?: number;
  clock?: Clock;
  random?: () => number;
  log: Log;
}

export interface Controller {
  readonly name: string;
  /** For asking again, from outside of the sources; nothing is reconciled before they are complete. */
  readonly queue: WorkQueue;
  /** Stops listening, aborts what runs; resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Reconciles an object, given by name only, whenever one of its sources changed. Starts once all sources are complete. */
export function createController(options: ControllerOptions): Controller {
  const { name, sources, log } = options;
  const early = new Set<string>();
  let started = false;
  let closed = false;
  const working = createWorkQueue({
    ...options,
    reconcile: (key, signal) => options.reconcile(parseKey(key), signal),
    log: withController(log, name),
  });
  /** Whoever asks before the sources are complete waits for them: what is not listed yet would look as if it were gone. */
  const queue: WorkQueue = {
    add(key) {
      if (started) working.add(key);
      else if (!closed) early.add(key);
    },
    addAfter(key, ms) {
      if (started) working.addAfter(key, ms);
      else if (!closed) early.add(key);
    },
    get size() {
      return early.size + working.size;
    },
    async close() {
      closed = true;
      early.clear();
      await working.close();
    },
  };

  const unsubscribe = sources.map(({ reflector, keysOf }) => {
    const enqueue = (change: Change<KubeObject>) => {
      for (const key of keysOf(change)) queue.add(key);
    };
    const stop = reflector.onChange(enqueue);
    for (const object of reflector.list()) enqueue({ type: 'added', object });
    return stop;
  });

  void Promise.all(sources.map(({ reflector }) => reflector.synced)).then(
    () => {
      started = true;
      if (!closed) for (const key of early) working.add(key);
      early.clear();
    },
    () => {},
  );

  return {
    name,
    queue,
    async close() {
      for (const stop of unsubscribe) stop();
      await queue.close();
    },
  };
}

/** The inverse of `keyOf`. */
export function parseKey(key: string): NamespacedName {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function withController(log: Log, controller: string): Log {
  return {
    debug: (fields, message) => log.debug({ controller, ...fields }, message),
    info: (fields, message) => log.info({ controller, ...fields }, message),
    warn: (fields, message) => log.warn({ controller, ...fields }, message),
    error: (fields, message) => log.error({ controller, ...fields }, message),
  };
}
