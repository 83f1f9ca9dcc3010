import type { KubeObject, WatchEvent } from '../objects/meta.ts';
import { keyOf } from '../objects/meta.ts';

export interface Change<T extends KubeObject> {
  type: 'added' | 'updated' | 'deleted';
  /** The object as it is now, or as it was last known when deleted. */
  object: T;
  /** Before an update. */
  old?: T;
}

/** By `namespace/name`. */
export type Items<T extends KubeObject> = ReadonlyMap<string, T>;

/**
 * What a complete list changes. An object of the same name and another uid was deleted and created in between, so it is
 * both; one with the same resourceVersion is no change.
 */
export function changesOfList<T extends KubeObject>(items: Items<T>, listed: readonly T[]): Change<T>[] {
  const seen = new Set<string>();
  const changes: Change<T>[] = [];
  for (const object of listed) {
    const key = keyOf(object.metadata);
    seen.add(key);
    changes.push(...changesOfObject(items.get(key), object));
  }
  for (const [key, object] of items) if (!seen.has(key)) changes.push({ type: 'deleted', object });
  return changes;
}

/** What a watch event changes: nothing for a bookmark, or for the deletion of what is not known. */
export function changesOfEvent<T extends KubeObject>(items: Items<T>, event: WatchEvent<T>): Change<T>[] {
  const old = items.get(keyOf(event.object.metadata));
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return changesOfObject(old, event.object);
    case 'DELETED':
      return old ? [{ type: 'deleted', object: event.object }] : [];
    default:
      return [];
  }
}

function changesOfObject<T extends KubeObject>(old: T | undefined, object: T): Change<T>[] {
  if (old === undefined) return [{ type: 'added', object }];
  if (old.metadata.uid !== object.metadata.uid) {
    return [
      { type: 'deleted', object: old },
      { type: 'added', object },
    ];
  }
  return old.metadata.resourceVersion === object.metadata.resourceVersion ? [] : [{ type: 'updated', object, old }];
}

/**
 * Drops managedFields, which are often half of an object; those that one manager applied can be kept, for `needsApply`. What it wrote
 * otherwise, such as a status, nobody compares.
 */
export function withoutManagedFields<T extends KubeObject>(object: T, keepOf?: string): T {
  const { managedFields, ...metadata } = object.metadata;
  if (managedFields === undefined) return object;
  const kept = managedFields.filter(
    ({ manager, operation, subresource }) => manager === keepOf && operation === 'Apply' && !subresource,
  );
  return { ...object, metadata: kept.length > 0 ? { ...metadata, managedFields: kept } : metadata };
}
