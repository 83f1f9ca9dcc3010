import type { Clock, Reflector } from '@serval/kube/client';
import type { Pod } from '@serval/kube/objects';

/**
 * Pods that a controller created or deleted and that its cache does not show yet. Counting with them keeps a controller that
 * acts on an old cache from creating or deleting the same Pods twice (upstream waits for such "expectations" instead).
 */
export interface PodWrites {
  created(pod: Pod): void;
  deleted(pod: Pod): void;
  /** The controller's Pods as they are after its own writes: with those created, without those deleted. */
  apply(controllerUid: string, cached: readonly Pod[]): Pod[];
}

/** A Pod that came and went while the watch was interrupted is never seen (`ExpectationsTimeout`). */
const forgottenAfterMs = 300_000;

export function createPodWrites(reflector: Reflector<Pod>, clock: Clock): PodWrites {
  const creations = new Map<string, { pod: Pod; at: number }>();
  const deletions = new Map<string, number>();

  reflector.onChange(({ type, object }) => {
    const uid = object.metadata.uid ?? '';
    creations.delete(uid);
    if (type === 'deleted' || object.metadata.deletionTimestamp) deletions.delete(uid);
  });

  function forgetOld(): void {
    const limit = clock.now() - forgottenAfterMs;
    for (const [uid, { at }] of creations) if (at < limit) creations.delete(uid);
    for (const [uid, at] of deletions) if (at < limit) deletions.delete(uid);
  }

  return {
    created(pod) {
      // The watch may be faster than the answer to the request.
      const { namespace = '', name = '', uid = '' } = pod.metadata;
      if (reflector.get(namespace, name)?.metadata.uid !== uid) creations.set(uid, { pod, at: clock.now() });
    },
    deleted({ metadata: { namespace = '', name = '', uid = '' } }) {
      const cached = reflector.get(namespace, name);
      if (cached?.metadata.uid === uid && !cached.metadata.deletionTimestamp) deletions.set(uid, clock.now());
    },
    apply(controllerUid, cached) {
      forgetOld();
      const unseen = [...creations.values()]
        .map(({ pod }) => pod)
        .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === controllerUid));
      return [...cached.filter(({ metadata }) => !deletions.has(metadata.uid ?? '')), ...unseen];
    },
  };
}
