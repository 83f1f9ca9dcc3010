import { type KubeObject, keyOf } from '../objects/meta.ts';
import { matchesEveryLabel } from '../objects/selector.ts';
import type { Cache } from './client.ts';
import type { Change } from './reflector-state.ts';

/** Values under which an object is found: `{ byNode: (pod) => [pod.spec.nodeName] }`. */
export type IndexFunctions<T extends KubeObject> = Record<string, (object: T) => readonly string[]>;

export interface ObjectStore<T extends KubeObject> extends Cache<T> {
  readonly items: ReadonlyMap<string, T>;
  byIndex(index: string, value: string): readonly T[];
  put(change: Change<T>): void;
}

/** Objects under one value of an index. Most values have one object, for which a Map would weigh more than the object. */
type Indexed<T> = { readonly key: string; readonly object: T } | Map<string, T>;

/** Objects by name, by namespace and by the given indexes. */
export function createObjectStore<T extends KubeObject>(indexes: IndexFunctions<T> = {}): ObjectStore<T> {
  const items = new Map<string, T>();
  const allIndexes: IndexFunctions<T> = { ...indexes, namespace: ({ metadata }) => [metadata.namespace ?? ''] };
  const indexed = new Map(Object.keys(allIndexes).map((name) => [name, new Map<string, Indexed<T>>()]));

  function eachEntry(object: T, visit: (values: Map<string, Indexed<T>>, value: string) => void): void {
    for (const [name, valuesOf] of Object.entries(allIndexes)) {
      for (const value of valuesOf(object)) visit(indexed.get(name) as Map<string, Indexed<T>>, value);
    }
  }
  function remove(key: string): void {
    const object = items.get(key);
    if (object === undefined) return;
    items.delete(key);
    eachEntry(object, (values, value) => {
      const found = values.get(value);
      if (found instanceof Map) {
        found.delete(key);
        if (found.size === 0) values.delete(value);
      } else if (found?.key === key) values.delete(value);
    });
  }
  function insert(key: string, object: T): void {
    items.set(key, object);
    eachEntry(object, (values, value) => {
      const found = values.get(value);
      if (found instanceof Map) found.set(key, object);
      else if (!found || found.key === key) values.set(value, { key, object });
      else values.set(value, new Map([[found.key, found.object]]).set(key, object));
    });
  }
  function byIndex(index: string, value: string): readonly T[] {
    const values = indexed.get(index);
    if (values === undefined) throw new RangeError(`no index "${index}"; there are: ${[...indexed.keys()].join(', ')}`);
    const found = values.get(value);
    if (found instanceof Map) return [...found.values()];
    return found ? [found.object] : [];
  }

  return {
    items,
    byIndex,
    get: (namespace, name) => items.get(keyOf({ namespace, name })),
    list({ namespace, labels } = {}) {
      const inNamespace = namespace === undefined ? [...items.values()] : byIndex('namespace', namespace);
      if (labels === undefined || Object.keys(labels).length === 0) return inNamespace;
      return inNamespace.filter(({ metadata }) => matchesEveryLabel(labels, metadata.labels));
    },
    put({ type, object }) {
      const key = keyOf(object.metadata);
      remove(key);
      if (type !== 'deleted') insert(key, object);
    },
  };
}
