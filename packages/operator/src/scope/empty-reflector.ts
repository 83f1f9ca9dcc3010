import type { Reflector } from '@serval/kube/client';
import type { KubeObject, Resource } from '@serval/kube/objects';

/** A cache of what is not read at all: empty, and synced. */
export function emptyReflector<T extends KubeObject>(resource: Resource<T>): Reflector<T> {
  return {
    resource,
    synced: Promise.resolve(),
    get: () => undefined,
    list: () => [],
    byIndex: () => [],
    onChange: () => () => {},
  };
}
