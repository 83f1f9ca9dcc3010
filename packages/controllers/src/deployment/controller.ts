import { type Controller, createController, rfc3339, source } from '@serval/kube/client';
import {
  type Deployment,
  deployments,
  isNamespaceTerminating,
  isStatusError,
  keyOf,
  labelSelectorMatcher,
  type ReplicaSet,
  replicaSets,
} from '@serval/kube/objects';
import { byController, controllerUidOf } from '../shared/caches.ts';
import { claim, planClaim, targetOf } from '../shared/claim.ts';
import type { ControllerContext } from '../shared/context.ts';
import { controllerKeys } from '../shared/controller-keys.ts';
import { messageOf } from '../shared/message-of.ts';
import { isPodFinished } from '../shared/pod-state.ts';
import { writeStatus } from '../shared/write-status.ts';
import { revisionAnnotation } from './annotations.ts';
import { rolloutLimits } from './limits.ts';
import { isScalingEvent, scalingStep } from './proportional.ts';
import { revisionOf } from './render-replica-set.ts';
import { rollingStep, type Scaling, sizeOf } from './rolling.ts';
import { deploymentStatus } from './status.ts';
import { ensureReplicaSet, needsScaling, outdated, scale } from './sync.ts';
import { findNewReplicaSet } from './template.ts';

/** Rolls Deployments over from one ReplicaSet to the next. */
export function startDeploymentController(context: ControllerContext): Controller {
  const { client, caches, clock, log } = context;
  const events = context.recorder('deployment-controller');

  return createController({
    name: 'deployment',
    concurrency: 5,
    log,
    clock,
    sources: [
      source(caches.deployments, ({ object }) => [keyOf(object.metadata)]),
      source(caches.replicaSets, ({ object, old }) => keysOfReplicaSet(object, old)),
      // Recreate waits for Pods to be gone; everything else learns of Pods through the ReplicaSets.
      source(caches.pods, ({ type, object }) => (type === 'deleted' ? keysOfGonePod(controllerUidOf(object)) : [])),
    ],
    async reconcile({ namespace, name }, signal) {
      const deployment = caches.deployments.get(namespace, name);
      if (deployment === undefined) return;
      const all = await ownReplicaSets(deployment, signal);
      if (deployment.metadata.deletionTimestamp) {
        await report({ deployment, current: findNewReplicaSet(deployment, all), all }, signal);
        return;
      }
      return await sync(deployment, all, signal);
    },
  });

  async function sync(deployment: Deployment, all: readonly ReplicaSet[], signal: AbortSignal) {
    const limits = rolloutLimits(deployment);
    const found = findNewReplicaSet(deployment, all);
    if (deployment.spec.paused || isScalingEvent(all, limits.replicas)) {
      const sized = await scaleAll(deployment, scalingStep(found, all, limits), all, signal);
      return await report({ deployment, current: sized.find(isSame(found)), all: sized }, signal);
    }
    const others = all.filter((replicaSet) => replicaSet !== found);
    if (deployment.spec.strategy?.type === 'Recreate' && !(await emptied(deployment, others, signal))) {
      return await report({ deployment, current: found, all }, signal);
    }
    let ensured: Awaited<ReturnType<typeof ensureReplicaSet>>;
    try {
      ensured = await ensureReplicaSet(client, deployment, all, signal);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (isStatusError(error, 'Conflict', 'NotFound')) throw error;
      const failure = messageOf(error);
      await report(
        { deployment, current: undefined, all, failure: `Failed to create new replica set: ${failure}` },
        signal,
      );
      throw error;
    }
    // The raised collisionCount comes back as an event.
    if (ensured === undefined) return;
    const { replicaSet: current, created } = ensured;
    if (created) events.record(deployment, 'Normal', 'ScalingReplicaSet', scaledMessage(current, 0, sizeOf(current)));
    await writeRevision(deployment, revisionOf(current), signal);
    const steps =
      deployment.spec.strategy?.type === 'Recreate'
        ? grow(current, limits.replicas)
        : rollingStep(current, others, limits);
    const sized = await scaleAll(deployment, steps, [current, ...others], signal);
    await cleanUp(deployment, others, steps, signal);
    const input = { deployment, current: sized.find(isSame(current)), all: sized };
    const result = await report({ ...input, ...(created ? { currentIs: 'created' as const } : {}) }, signal);
    return result;
  }

  async function ownReplicaSets(deployment: Deployment, signal: AbortSignal): Promise<ReplicaSet[]> {
    const namespace = deployment.metadata.namespace ?? '';
    const candidates = [
      ...caches.replicaSets.byIndex(byController, deployment.metadata.uid ?? ''),
      ...caches.replicaSets.byIndex(byController, '').filter(({ metadata }) => metadata.namespace === namespace),
    ];
    const plan = planClaim(deployment, labelSelectorMatcher(deployment.spec.selector), candidates);
    return await claim(client, replicaSets, deployment, plan, signal);
  }

  /** Recreate: the old ReplicaSets are brought to nothing; true once none of their Pods is left. */
  async function emptied(deployment: Deployment, old: readonly ReplicaSet[], signal: AbortSignal): Promise<boolean> {
    const steps = old.filter((replicaSet) => sizeOf(replicaSet) > 0).map((replicaSet) => ({ replicaSet, replicas: 0 }));
    await scaleAll(deployment, steps, old, signal);
    const left = old.flatMap(({ metadata }) => caches.pods.byIndex(byController, metadata.uid ?? ''));
    return left.every(isPodFinished);
  }

  async function scaleAll(
    deployment: Deployment,
    steps: readonly Scaling[],
    all: readonly ReplicaSet[],
    signal: AbortSignal,
  ): Promise<ReplicaSet[]> {
    const sized = [...all];
    for (const step of steps) {
      if (!needsScaling(deployment, step)) continue;
      const result = await scale(client, deployment, step, signal);
      if (sizeOf(step.replicaSet) !== step.replicas) {
        const message = scaledMessage(step.replicaSet, sizeOf(step.replicaSet), step.replicas);
        events.record(deployment, 'Normal', 'ScalingReplicaSet', message);
      }
      sized[sized.findIndex(isSame(step.replicaSet))] = result;
    }
    return sized;
  }

  async function writeRevision(deployment: Deployment, revision: number, signal: AbortSignal): Promise<void> {
    if (deployment.metadata.annotations?.[revisionAnnotation] === String(revision)) return;
    const { uid } = deployment.metadata;
    const patch = { metadata: { uid, annotations: { [revisionAnnotation]: String(revision) } } };
    await client.patch(deployments, targetOf(deployment.metadata), 'merge', patch, { signal });
  }

  async function cleanUp(
    deployment: Deployment,
    old: readonly ReplicaSet[],
    steps: readonly Scaling[],
    signal: AbortSignal,
  ) {
    if (steps.length > 0) return;
    for (const { metadata } of outdated(deployment, old)) {
      const preconditions = { uid: metadata.uid ?? '' };
      await client.delete(replicaSets, targetOf(metadata), { preconditions, signal }).catch((error) => {
        if (!isStatusError(error, 'NotFound', 'Conflict')) throw error;
      });
    }
  }

  async function report(input: Omit<Parameters<typeof deploymentStatus>[0], 'now' | 'nowMs'>, signal: AbortSignal) {
    const nowMs = clock.now();
    const { status, requeueAfterMs } = deploymentStatus({ ...input, nowMs, now: rfc3339(nowMs) });
    await writeStatus(client, deployments, input.deployment, status, signal);
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs };
  }

  function keysOfReplicaSet(replicaSet: ReplicaSet, old: ReplicaSet | undefined): string[] {
    const owners = [replicaSet, ...(old ? [old] : [])].flatMap((object) => controllerKeys(object, 'Deployment'));
    if (owners.length > 0 || controllerUidOf(replicaSet) !== '') return owners;
    return caches.deployments
      .list({ namespace: replicaSet.metadata.namespace ?? '' })
      .filter(({ spec }) => labelSelectorMatcher(spec.selector)(replicaSet.metadata.labels))
      .map(({ metadata }) => keyOf(metadata));
  }

  function keysOfGonePod(replicaSetUid: string): string[] {
    if (replicaSetUid === '') return [];
    return caches.deployments
      .list()
      .filter(({ spec }) => spec.strategy?.type === 'Recreate')
      .filter(({ metadata }) =>
        caches.replicaSets
          .byIndex(byController, metadata.uid ?? '')
          .some((owned) => owned.metadata.uid === replicaSetUid),
      )
      .map(({ metadata }) => keyOf(metadata));
  }
}

function grow(replicaSet: ReplicaSet, replicas: number): Scaling[] {
  return sizeOf(replicaSet) === replicas ? [] : [{ replicaSet, replicas }];
}

function isSame(wanted: ReplicaSet | undefined): (replicaSet: ReplicaSet) => boolean {
  return ({ metadata }) => metadata.uid === wanted?.metadata.uid;
}

function scaledMessage({ metadata }: ReplicaSet, from: number, to: number): string {
  return `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`;
}
