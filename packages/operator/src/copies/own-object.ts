import type { Client, Clock, Reconciled } from '@serval/kube/client';
import { isNamespaceTerminating, isStatusError, type KubeObject, type Resource } from '@serval/kube/objects';

/** What is to be written of the one object of its name in a namespace. */
export type WritePlan<T> =
  | { readonly action: 'create'; readonly object: T }
  /** A merge patch. */
  | { readonly action: 'patch'; readonly patch: object }
  | { readonly action: 'delete' };

export interface OwnObjectOptions<T extends KubeObject> {
  readonly resource: Resource<T>;
  /** The same in every namespace. */
  readonly name: string;
  /** As the cache shows it. */
  readonly seen: (namespace: string) => T | undefined;
  /** As the cache keeps what was written just now. Default: as it is. */
  readonly kept?: (object: T) => T;
  readonly client: Client;
  readonly clock: Clock;
}

export interface OwnObject<T extends KubeObject> {
  /** As it is, with what was written here and the cache has not seen yet. */
  live(namespace: string): T | undefined;
  /**
   * Writes what was decided on `live`, and nothing where somebody else wrote meanwhile: that is looked at again.
   *
   * @throws what the API server answers, but that the object or its absence is another, or that the namespace goes
   */
  write(
    namespace: string,
    plan: WritePlan<T>,
    signal: AbortSignal,
  ): Promise<{ readonly reconciled: Reconciled; readonly isWritten: boolean }>;
}

/** Within this time a write is seen by the cache; what was written counts until then, so that it is not written twice. */
const echoMs = 2_000;

/** Objects of one name, one for each namespace that needs one. */
export function createOwnObject<T extends KubeObject>({
  resource,
  name,
  seen,
  kept = (object) => object,
  client,
  clock,
}: OwnObjectOptions<T>): OwnObject<T> {
  const echoes = new Map<string, { from: string | undefined; object: T | undefined; until: number }>();
  const versionSeen = (namespace: string) => seen(namespace)?.metadata.resourceVersion;

  function live(namespace: string): T | undefined {
    const echo = echoes.get(namespace);
    if (echo && echo.from === versionSeen(namespace) && clock.now() < echo.until) return echo.object;
    echoes.delete(namespace);
    return seen(namespace);
  }

  return {
    live,
    async write(namespace, plan, signal) {
      const { uid, resourceVersion } = live(namespace)?.metadata ?? {};
      // As it was before the write, of which the cache may tell sooner than the answer.
      const from = versionSeen(namespace);
      const wrote = (object: T | undefined) =>
        echoes.set(namespace, { from, object: object && kept(object), until: clock.now() + echoMs });
      const target = { namespace, name };
      // Of one that was deleted to be made anew, the next look makes it.
      const reconciled = { requeueAfterMs: echoMs };
      try {
        if (plan.action === 'create') {
          wrote(await client.create(resource, plan.object, { signal }));
        } else if (plan.action === 'patch') {
          const patch = { ...plan.patch, metadata: { resourceVersion } };
          wrote(await client.patch(resource, target, 'merge', patch, { signal }));
        } else {
          const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
          await client.delete(resource, target, { preconditions, signal });
          wrote(undefined);
        }
        return { reconciled, isWritten: true };
      } catch (error) {
        // The cache will tell what is there; a namespace that goes takes what is in it along.
        if (isStatusError(error, 'NotFound', 'AlreadyExists')) return { reconciled, isWritten: false };
        if (isNamespaceTerminating(error)) return { reconciled: undefined, isWritten: false };
        throw error;
      }
    },
  };
}
