import { type Controller, createController, rfc3339, source } from '@serval/kube/client';
import {
  isNamespaceTerminating,
  isStatusError,
  keyOf,
  labelSelectorMatcher,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
} from '@serval/kube/objects';
import { byController, controllerUidOf } from '../shared/caches.ts';
import { claim, planClaim, targetOf } from '../shared/claim.ts';
import type { ControllerContext } from '../shared/context.ts';
import { controllerKeys } from '../shared/controller-keys.ts';
import { messageOf } from '../shared/message-of.ts';
import { createPodWrites } from '../shared/pod-writes.ts';
import { slowStart } from '../shared/slow-start.ts';
import { writeStatus } from '../shared/write-status.ts';
import { planReplicas } from './plan.ts';
import { renderPod } from './render-pod.ts';
import { type ReplicaFailure, replicaSetStatus } from './status.ts';

/** Keeps the number of Pods of each ReplicaSet at what its spec says. */
export function startReplicaSetController({ client, caches, clock, log, recorder }: ControllerContext): Controller {
  const events = recorder('replicaset-controller');
  const writes = createPodWrites(caches.pods, clock);

  async function createPod(replicaSet: ReplicaSet, signal: AbortSignal): Promise<void> {
    const pod = await client.create(pods, renderPod(replicaSet, replicaSet.spec.template), { signal });
    writes.created(pod);
    events.record(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }

  async function deletePod(replicaSet: ReplicaSet, pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      const preconditions = { uid: pod.metadata.uid ?? '' };
      await client.delete(pods, targetOf(pod.metadata), { preconditions, signal });
    } catch (error) {
      if (!isStatusError(error, 'NotFound', 'Conflict')) throw error;
    }
    writes.deleted(pod);
    events.record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  async function bringToNumber(replicaSet: ReplicaSet, owned: readonly Pod[], signal: AbortSignal) {
    const { create, remove } = planReplicas(replicaSet, writes.apply(replicaSet.metadata.uid ?? '', owned));
    const failedCreate = await slowStart(Array.from({ length: create }), () => createPod(replicaSet, signal));
    const failedDelete = await slowStart(remove, (pod) => deletePod(replicaSet, pod, signal));
    const failed = failedCreate ?? failedDelete;
    if (failed === undefined || isNamespaceTerminating(failed.failure)) return undefined;
    const reason: ReplicaFailure['reason'] = failedCreate ? 'FailedCreate' : 'FailedDelete';
    const message = messageOf(failed.failure);
    events.record(replicaSet, 'Warning', reason, `Error ${failedCreate ? 'creating' : 'deleting'}: ${message}`);
    return { error: failed.failure, condition: { reason, message } };
  }

  return createController({
    name: 'replicaset',
    concurrency: 5,
    log,
    clock,
    sources: [
      source(caches.replicaSets, ({ object }) => [keyOf(object.metadata)]),
      source(caches.pods, ({ object, old }) => keysOfPod(object, old)),
    ],
    async reconcile({ namespace, name }, signal) {
      const replicaSet = caches.replicaSets.get(namespace, name);
      if (replicaSet === undefined) return;
      const candidates = [
        ...caches.pods.byIndex(byController, replicaSet.metadata.uid ?? ''),
        ...caches.pods.byIndex(byController, '').filter(({ metadata }) => metadata.namespace === namespace),
      ];
      const plan = planClaim(replicaSet, labelSelectorMatcher(replicaSet.spec.selector), candidates);
      const owned = await claim(client, pods, replicaSet, plan, signal);
      const failed = await bringToNumber(replicaSet, owned, signal);
      const now = clock.now();
      const { status, requeueAfterMs } = replicaSetStatus(
        replicaSet,
        writes.apply(replicaSet.metadata.uid ?? '', owned),
        failed?.condition,
        now,
        rfc3339(now),
      );
      await writeStatus(client, replicaSets, replicaSet, status, signal);
      if (failed) throw failed.error;
      return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
    },
  });

  /** The ReplicaSets of a Pod's old and new owner; those that may adopt one that has none. */
  function keysOfPod(pod: Pod, old: Pod | undefined): string[] {
    const owners = [pod, ...(old ? [old] : [])].flatMap((object) => controllerKeys(object, 'ReplicaSet'));
    if (owners.length > 0 || controllerUidOf(pod) !== '') return owners;
    return caches.replicaSets
      .list({ namespace: pod.metadata.namespace ?? '' })
      .filter(({ spec }) => labelSelectorMatcher(spec.selector)(pod.metadata.labels))
      .map(({ metadata }) => keyOf(metadata));
  }
}
