import type { KubeObject } from './meta.ts';

/** Where a kind lives in the API. `T` is the type of its objects. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural: the last path segment of the collection. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Carries the object's type only; never set. */
  readonly type?: T;
}

export function defineResource<T extends KubeObject>(resource: Resource<T>): Resource<T> {
  return Object.freeze(resource);
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/**
 * The path of a collection or object: `/api/v1/namespaces/default/pods/web/status`.
 * Without a namespace, a namespaced collection is that of all namespaces.
 */
export function resourcePath(
  resource: Resource,
  { namespace, name, subresource }: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${resource.plural}${object}${subresource ? `/${subresource}` : ''}`;
}
