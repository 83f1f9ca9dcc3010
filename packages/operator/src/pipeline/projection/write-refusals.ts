/** Namespaces whose API server takes no projected Secret, and why: told in the status of pipelines while it is tried again. */
export interface WriteRefusals {
  get(namespace: string): string | undefined;
  /** Undefined where there is nothing to write any more, or it was written. */
  set(namespace: string, refusal: string | undefined): void;
  /** Called with the namespace whose refusal is another now. */
  onChange(listener: (namespace: string) => void): () => void;
}

export function createWriteRefusals(): WriteRefusals {
  const refusals = new Map<string, string>();
  const listeners = new Set<(namespace: string) => void>();
  return {
    get: (namespace) => refusals.get(namespace),
    set(namespace, refusal) {
      if (refusals.get(namespace) === refusal) return;
      if (refusal === undefined) refusals.delete(namespace);
      else refusals.set(namespace, refusal);
      for (const listener of [...listeners]) listener(namespace);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
