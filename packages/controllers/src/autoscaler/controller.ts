import { type Controller, createController, readJson, rfc3339, source } from '@serval/kube/client';
import {
  type HorizontalPodAutoscaler,
  horizontalPodAutoscalers,
  isStatusError,
  keyOf,
  parseApiVersion,
  type Resource,
  resourcePath,
} from '@serval/kube/objects';
import type { ControllerContext } from '../shared/context.ts';
import { writeStatus } from '../shared/write-status.ts';
import { decideReplicas, withoutScale } from './decide.ts';

/** `--horizontal-pod-autoscaler-sync-period`. */
const syncPeriodMs = 15_000;

/** Keeps targets within the bounds of their HorizontalPodAutoscalers. */
export function startAutoscalerController(context: ControllerContext): Controller {
  const { client, caches, clock, log, kinds } = context;
  const events = context.recorder('horizontal-pod-autoscaler');

  async function currentReplicas(
    resource: Resource,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<number> {
    const path = resourcePath(resource, { namespace, name, subresource: 'scale' });
    const response = await client.request({ method: 'GET', path, headers: { accept: 'application/json' }, signal });
    const scale = (await readJson(response)) as { spec?: { replicas?: number } };
    return scale.spec?.replicas ?? 0;
  }

  return createController({
    name: 'autoscaler',
    log,
    clock,
    sources: [
      source(caches.horizontalPodAutoscalers, ({ object }) => [keyOf(object.metadata)]),
      source(caches.deployments, ({ object }) =>
        caches.horizontalPodAutoscalers
          .list({ namespace: object.metadata.namespace ?? '' })
          .filter(
            ({ spec: { scaleTargetRef } }) =>
              scaleTargetRef.kind === 'Deployment' && scaleTargetRef.name === object.metadata.name,
          )
          .map(({ metadata }) => keyOf(metadata)),
      ),
    ],
    async reconcile({ namespace, name }, signal) {
      const autoscaler = caches.horizontalPodAutoscalers.get(namespace, name);
      if (autoscaler === undefined || autoscaler.metadata.deletionTimestamp) return;
      // Before the first discovery nothing can be said of a kind, least of all that there is none.
      await kinds.synced;
      const reference = autoscaler.spec.scaleTargetRef;
      const { group } = parseApiVersion(reference.apiVersion ?? 'apps/v1');
      const resource = kinds.current().find((kind) => kind.group === group && kind.kind === reference.kind);
      const now = rfc3339(clock.now());
      let current: number;
      try {
        if (resource === undefined) throw new TypeError(`no matches for kind "${reference.kind}" in group "${group}"`);
        current = await currentReplicas(resource, namespace, reference.name, signal);
      } catch (error) {
        const isMissing = error instanceof TypeError || isStatusError(error, 'NotFound');
        if (!isMissing) throw error;
        const { conditions, warning } = withoutScale(autoscaler, error.message, now);
        warn(autoscaler, warning);
        await writeStatus(client, horizontalPodAutoscalers, autoscaler, statusOf(autoscaler, { conditions }), signal);
        return { requeueAfterMs: syncPeriodMs };
      }
      const { scaleTo, conditions } = decideReplicas(autoscaler, current, now);
      if (scaleTo && resource) {
        const patch = { spec: { replicas: scaleTo.replicas } };
        await client.patch(resource, { namespace, name: reference.name }, 'merge', patch, {
          subresource: 'scale',
          signal,
        });
        events.record(
          autoscaler,
          'Normal',
          'SuccessfulRescale',
          `New size: ${scaleTo.replicas}; reason: ${scaleTo.reason}`,
        );
      }
      const desiredReplicas = scaleTo?.replicas ?? current;
      const status = statusOf(autoscaler, {
        conditions,
        currentReplicas: current,
        desiredReplicas,
        ...(scaleTo ? { lastScaleTime: now } : {}),
      });
      await writeStatus(client, horizontalPodAutoscalers, autoscaler, status, signal);
      return { requeueAfterMs: syncPeriodMs };
    },
  });

  /** Told once, not every sync period: the condition stays. */
  function warn(autoscaler: HorizontalPodAutoscaler, warning: { reason: string; message: string } | undefined): void {
    if (warning === undefined) return;
    const known = autoscaler.status?.conditions?.some(({ reason }) => reason === warning.reason);
    if (!known) events.record(autoscaler, 'Warning', warning.reason, warning.message);
  }
}

function statusOf(
  { status, metadata }: HorizontalPodAutoscaler,
  change: Partial<NonNullable<HorizontalPodAutoscaler['status']>>,
): NonNullable<HorizontalPodAutoscaler['status']> {
  const { generation } = metadata;
  return {
    desiredReplicas: 0,
    ...status,
    ...change,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
