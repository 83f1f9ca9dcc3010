import type { Reflector, ReflectorOptions } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';

/** A watch of a kind that a cluster may or may not have. */
export interface OptionalWatch<T extends KubeObject> {
  /** Empty while the kind is not there. */
  readonly reflector: Reflector<T>;
  isInstalled(): boolean;
  /** Calls back when the kind turns up or goes. Returns what ends it. */
  onChange(listener: () => void): () => void;
}

/**
 * Watches a kind without waiting for it to be installed, and knows whether it is.
 *
 * @param create  makes the reflector, with the options that it is handed
 */
export function watchOptional<T extends KubeObject>(
  create: (options: Pick<ReflectorOptions<T>, 'mayBeMissing' | 'onInstalled'>) => Reflector<T>,
): OptionalWatch<T> {
  const listeners = new Set<() => void>();
  let installed = false;
  const reflector = create({
    mayBeMissing: true,
    onInstalled(now) {
      installed = now;
      for (const listener of listeners) listener();
    },
  });
  return {
    reflector,
    isInstalled: () => installed,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
