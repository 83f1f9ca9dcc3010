import { type InferenceService, inferenceServices, type Pipeline, pipelines as pipelineResource } from '@serval/api';
import type { Cache, Client, EventRecorder, Reconciled, Reflector } from '@serval/kube/client';
import { isStatusError, keyOf, type NamespacedName } from '@serval/kube/objects';
import { reclaimAnnotation } from '../annotations.ts';
import { setFinalizer } from '../set-finalizer.ts';
import type { TargetWriter } from '../write-target.ts';
import { planReclaim, promotedIndex, reclaimFinalizer } from './plan-reclaim.ts';

export interface ReclaimDeps {
  readonly pipelines: Cache<Pipeline>;
  /** With the index of those that were promoted. */
  readonly services: Pick<Reflector<InferenceService>, 'byIndex'>;
  readonly client: Client;
  readonly writer: Pick<TargetWriter, 'remove'>;
  readonly events: EventRecorder;
}

/** Has services that were promoted into a stage go with it, or with the pipeline, where the stage says so. */
export function createReclaimReconciler({ pipelines, services, client, writer, events }: ReclaimDeps) {
  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const pipeline = pipelines.get(namespace, name);
    if (!pipeline) return;
    const { finalizer, remove, mark } = planReclaim(
      pipeline,
      services.byIndex(promotedIndex, keyOf({ namespace, name })),
    );
    if (finalizer) {
      await setFinalizer(client, pipelineResource, pipeline, reclaimFinalizer, finalizer === 'add', signal);
    }
    for (const { service, value } of mark) await annotate(service, value, signal);
    for (const service of remove) {
      await writer.remove(service, signal);
      const { namespace: where, name: which } = service.metadata;
      events.record(pipeline, 'Normal', 'Reclaimed', `InferenceService ${where}/${which} goes with its stage`);
    }
  };

  async function annotate({ metadata }: InferenceService, value: string | null, signal: AbortSignal): Promise<void> {
    const { namespace = '', name = '', resourceVersion } = metadata;
    const patch = { metadata: { resourceVersion, annotations: { [reclaimAnnotation]: value } } };
    try {
      await client.patch(inferenceServices, { namespace, name }, 'merge', patch, { signal });
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  }
}
