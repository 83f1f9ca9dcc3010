import { type Controller, createController, source } from '@serval/kube/client';
import { isStatusError, keyOf, nodes, type Pod, pods } from '@serval/kube/objects';
import { targetOf } from '../shared/claim.ts';
import type { ControllerContext } from '../shared/context.ts';

/** A node that is gone may be coming back under its name (`podgc` waits 40 s too). */
const quarantineMs = 40_000;

/** Deletes Pods at once whose node is gone: nobody else can say that they ended. */
export function startPodCleanup({ client, caches, clock, log }: ControllerContext): Controller {
  /** By node; one entry for each node that was ever missing. */
  const missingSince = new Map<string, number>();

  caches.nodes.onChange(({ type, object }) => {
    if (type === 'added') missingSince.delete(object.metadata.name ?? '');
  });

  async function nodeExists(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await client.get(nodes, { name }, { signal });
      return true;
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return false;
      throw error;
    }
  }

  return createController({
    name: 'pod-cleanup',
    log,
    clock,
    sources: [
      source(caches.pods, ({ type, object }) =>
        type !== 'deleted' && isOrphan(object) ? [keyOf(object.metadata)] : [],
      ),
      source(caches.nodes, ({ type, object }) =>
        type === 'deleted'
          ? caches.pods
              .list()
              .filter(({ spec }) => spec.nodeName === object.metadata.name)
              .map(({ metadata }) => keyOf(metadata))
          : [],
      ),
    ],
    async reconcile({ namespace, name }, signal) {
      const pod = caches.pods.get(namespace, name);
      const nodeName = pod?.spec.nodeName;
      if (pod === undefined || !nodeName || !isOrphan(pod)) return;
      const since = missingSince.get(nodeName) ?? clock.now();
      missingSince.set(nodeName, since);
      const waitMs = since + quarantineMs - clock.now();
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      if (await nodeExists(nodeName, signal)) return;
      const preconditions = { uid: pod.metadata.uid ?? '' };
      await client.delete(pods, targetOf(pod.metadata), { gracePeriodSeconds: 0, preconditions, signal });
    },
  });

  function isOrphan({ spec }: Pod): boolean {
    return Boolean(spec.nodeName) && !caches.nodes.get('', spec.nodeName ?? '');
  }
}
