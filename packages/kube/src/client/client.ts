import type { AnyObject, KubeList, KubeObject, WatchEvent } from '../objects/meta.ts';
import type { Resource } from '../objects/resource.ts';

export interface ListOptions {
  /** All namespaces when absent. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  signal?: AbortSignal;
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  allowWatchBookmarks?: boolean;
  sendInitialEvents?: boolean;
  resourceVersionMatch?: 'NotOlderThan' | 'Exact';
  timeoutSeconds?: number;
}

export interface Target {
  namespace?: string;
  name: string;
}

export interface WriteOptions {
  /** Shown in managedFields. Default: the client's. */
  fieldManager?: string;
  dryRun?: boolean;
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  subresource?: 'status' | 'scale' | 'binding' | 'eviction' | 'finalize';
  signal?: AbortSignal;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
  signal?: AbortSignal;
}

export type PatchType = 'merge' | 'json' | 'strategic';

/**
 * Typed requests to a Kubernetes API server. Every method throws `StatusError` for an HTTP failure and
 * `ConnectionError` when there was no answer; none retries.
 */
export interface Client {
  get<T extends KubeObject>(resource: Resource<T>, target: Target, options?: { signal?: AbortSignal }): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT; the object's resourceVersion, where set, must be current (`Conflict` otherwise). */
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    target: Target,
    type: PatchType,
    patch: unknown,
    options?: WriteOptions,
  ): Promise<T>;
  /** Server-side apply. `force` takes fields over from other managers. */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions & { force?: boolean },
  ): Promise<T>;
  delete(resource: Resource, target: Target, options?: DeleteOptions): Promise<AnyObject>;
  /** Events until the server ends the watch, the signal aborts (returns), or an error (throws). */
  watch<T extends KubeObject>(resource: Resource<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Anything else: logs, discovery, OpenAPI. The caller reads the body. */
  request: import('./transport.ts').Transport;
}

/** A read-only cache of one kind, kept current by a reflector. Objects are shared: never change them. */
export interface Cache<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  list(filter?: { namespace?: string; labels?: Record<string, string> }): readonly T[];
}

export interface Reflector<T extends KubeObject> extends Cache<T> {
  readonly resource: Resource<T>;
  /** Resolves after the first complete list; rejects when the signal aborts before. */
  readonly synced: Promise<void>;
  /** Objects under a value of an index that the reflector was created with; `namespace` is always there. */
  byIndex(index: string, value: string): readonly T[];
  /** Called after the cache changed; `object` is the last known state. Returns the way to unsubscribe. */
  onChange(listener: (change: { type: 'added' | 'updated' | 'deleted'; object: T; old?: T }) => void): () => void;
}
