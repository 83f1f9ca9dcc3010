import type { Change } from './change.ts';

type Listener = (change: Change) => void;

/** Who hears of which changes: of a whole resource, or of one object of it. */
export interface Listeners {
  /** Returns the way to end it. */
  add(resource: string, key: string | undefined, listener: Listener): () => void;
  tell(change: Change): void;
}

export function createListeners(): Listeners {
  const ofResource = new Map<string, Set<Listener>>();
  const ofObject = new Map<string, Set<Listener>>();

  return {
    add(resource, key, listener) {
      const all = key === undefined ? ofResource : ofObject;
      const id = key === undefined ? resource : idOf(resource, key);
      const set = all.get(id) ?? new Set();
      all.set(id, set);
      set.add(listener);
      return () => {
        if (set.delete(listener) && set.size === 0 && all.get(id) === set) all.delete(id);
      };
    },
    tell(change) {
      for (const listener of ofResource.get(change.resource) ?? []) listener(change);
      if (ofObject.size === 0) return;
      for (const listener of ofObject.get(idOf(change.resource, change.key)) ?? []) listener(change);
    },
  };
}

function idOf(resource: string, key: string): string {
  return `${resource} ${key}`;
}
