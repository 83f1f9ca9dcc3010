import type { Log, Reflector, ReflectorOptions } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';

/** A watch of a kind that a cluster may or may not have. */
export interface OptionalWatch<T extends KubeObject> {
  /** `synced` resolves when it is known for the first time whether the kind is there; empty while it is not. */
  readonly reflector: Reflector<T>;
  isInstalled(): boolean;
  /** Calls back when the kind turns up later. Returns what ends it. */
  onInstalled(listener: () => void): () => void;
}

/**
 * Watches a kind without waiting for it to be installed. It is asked for again until it is, at most every half a minute, which is
 * nothing to warn of.
 *
 * @param create  makes the reflector, with the log and the failure listener that it is handed
 */
export function watchOptional<T extends KubeObject>(
  create: (told: Pick<ReflectorOptions<T>, 'log' | 'onFailure'>) => Reflector<T>,
  log: Log,
): OptionalWatch<T> {
  const known = Promise.withResolvers<void>();
  known.promise.catch(() => {});
  const listeners = new Set<() => void>();
  let installed = false;
  const debug: Log['debug'] = (fields, message) => log.debug(fields, message);
  const quiet: Log = { debug, info: debug, warn: debug, error: (fields, message) => log.error(fields, message) };
  const reflector = create({ log: quiet, onFailure: () => known.resolve() });
  reflector.synced.then(() => {
    installed = true;
    known.resolve();
    for (const listener of listeners) listener();
  }, known.reject);
  return {
    reflector: { ...reflector, synced: known.promise },
    isInstalled: () => installed,
    onInstalled(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
