import type { KubeObject } from '../objects/meta.ts';
import type { Resource } from '../objects/resource.ts';
import type { Reflector } from './client.ts';
import type { Log } from './log.ts';
import { createReflector, type ReflectorOptions } from './reflector.ts';
import type { Change } from './reflector-state.ts';

/** Caches of several kinds over the same namespaces, which come and go: one reflector for each kind and namespace behind one per kind. */
export interface NamespacedReflectors {
  /**
   * Before `add`. Synced once `settle` was called and everything that was added by then is taken up.
   *
   * @param optionsIn  how the kind is read in a namespace
   */
  reflect<T extends KubeObject>(resource: Resource<T>, optionsIn: OptionsIn<T>): Reflector<T>;
  /** Follows a namespace. Its objects are seen in all caches at the same moment, when every kind of it is complete: nobody sees half of it. */
  add(namespace: string): void;
  /** Follows it no more; its objects are told as deleted. */
  remove(namespace: string): void;
  /** What there is at first has been added. */
  settle(): void;
}

type OptionsIn<T extends KubeObject> = (
  namespace: string,
) => Omit<ReflectorOptions<T>, 'resource' | 'namespace' | 'signal'>;

interface Part {
  take(): void;
  tell(): void;
  drop(): void;
  readonly synced: Promise<void>;
}

/** One kind, so that kinds of different types can be kept in one list. */
interface Merged {
  follow(namespace: string, signal: AbortSignal): Part;
}

interface Followed {
  readonly parts: readonly Part[];
  readonly stop: AbortController;
  /** Resolves when it is taken up, or no longer followed. */
  readonly taken: PromiseWithResolvers<void>;
  isTaken: boolean;
}

export function createNamespacedReflectors({ signal, log }: { signal: AbortSignal; log: Log }): NamespacedReflectors {
  const kinds: Merged[] = [];
  const followed = new Map<string, Followed>();
  const synced = Promise.withResolvers<void>();
  synced.promise.catch(() => {});
  signal.addEventListener('abort', () => synced.reject(signal.reason), { once: true });

  function takeUp(namespace: string, entry: Followed): void {
    if (followed.get(namespace) !== entry || signal.aborted) return;
    entry.isTaken = true;
    for (const part of entry.parts) part.take();
    for (const part of entry.parts) part.tell();
    entry.taken.resolve();
  }

  return {
    reflect(resource, optionsIn) {
      const { merged, reflector } = mergeKind(resource, optionsIn, log, synced.promise);
      kinds.push(merged);
      return reflector;
    },
    add(namespace) {
      if (followed.has(namespace) || signal.aborted) return;
      const stop = new AbortController();
      const ending = AbortSignal.any([signal, stop.signal]);
      const parts = kinds.map((kind) => kind.follow(namespace, ending));
      const entry: Followed = { parts, stop, taken: Promise.withResolvers(), isTaken: false };
      followed.set(namespace, entry);
      Promise.all(parts.map((part) => part.synced)).then(
        () => takeUp(namespace, entry),
        () => {},
      );
    },
    remove(namespace) {
      const entry = followed.get(namespace);
      if (!entry) return;
      followed.delete(namespace);
      entry.stop.abort(new Error(`${namespace} is no longer followed`));
      if (entry.isTaken) for (const part of entry.parts) part.drop();
      entry.taken.resolve();
    },
    settle() {
      void Promise.all([...followed.values()].map(({ taken }) => taken.promise)).then(() => synced.resolve());
    },
  };
}

function mergeKind<T extends KubeObject>(
  resource: Resource<T>,
  optionsIn: OptionsIn<T>,
  log: Log,
  synced: Promise<void>,
): { merged: Merged; reflector: Reflector<T> } {
  const parts = new Map<string, Reflector<T>>();
  const listeners = new Set<(change: Change<T>) => void>();

  function tell(change: Change<T>): void {
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        log.error({ resource: resource.plural, error }, 'a listener of a reflector threw');
      }
    }
  }

  function follow(namespace: string, signal: AbortSignal): Part {
    const reflector = createReflector<T>({ ...optionsIn(namespace), resource, namespace, signal });
    let stop = () => {};
    return {
      synced: reflector.synced,
      take: () => void parts.set(namespace, reflector),
      tell() {
        for (const object of reflector.list()) tell({ type: 'added', object });
        stop = reflector.onChange(tell);
      },
      drop() {
        stop();
        parts.delete(namespace);
        for (const object of reflector.list()) tell({ type: 'deleted', object });
      },
    };
  }

  const all = <R>(read: (part: Reflector<T>) => readonly R[]): readonly R[] => [...parts.values()].flatMap(read);
  return {
    merged: { follow },
    reflector: {
      resource,
      synced,
      get: (namespace, name) => parts.get(namespace)?.get(namespace, name),
      list(filter = {}) {
        if (filter.namespace !== undefined) return parts.get(filter.namespace)?.list(filter) ?? [];
        return all((part) => part.list(filter));
      },
      byIndex(index, value) {
        if (index === 'namespace') return parts.get(value)?.byIndex(index, value) ?? [];
        return all((part) => part.byIndex(index, value));
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
