import {
  type Pipeline,
  type Promotion,
  pipelines as pipelineResource,
  type ReviewStatus,
  reservedNamespaceProblem,
} from '@serval/api';
import type { Cache, Client, Clock, EventRecorder, Reconciled } from '@serval/kube/client';
import {
  deepEqual,
  isStatusError,
  type KubeObject,
  type NamespacedName,
  namespaces as namespaceResource,
  type StatusError,
} from '@serval/kube/objects';
import { reviewFinalizer } from './names.ts';
import { planReviews, type ReviewPlan } from './plan-reviews.ts';
import { renderReviewNamespace } from './review-namespace.ts';

export interface ReviewDeps {
  readonly pipelines: Cache<Pipeline>;
  readonly promotions: Cache<Promotion>;
  readonly namespaces: Cache<KubeObject>;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

/** How soon it is tried again to make a namespace that was refused. */
const refusedAgainMs = 60_000;

/**
 * Makes and removes the environments of a pipeline. Each step begins with what is recorded in the status, and ends with one write: what is to
 * be made is recorded before, what was made is known again by its name and what it says, and what is removed was recorded with its UID.
 */
export function createReviewReconciler({ pipelines, promotions, namespaces, client, events, clock }: ReviewDeps) {
  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const pipeline = pipelines.get(namespace, name);
    if (!pipeline) return undefined;
    const now = clock.now();
    const observed = {
      pipeline,
      promotions: promotions.list({ namespace }),
      namespace: (one: string) => namespaces.get('', one),
    };
    const plan = planReviews(observed, now);
    const isHeld = pipeline.metadata.finalizers?.includes(reviewFinalizer) ?? false;
    if (plan.records.length > 0 && !isHeld && !pipeline.metadata.deletionTimestamp) {
      return await hold(pipeline, signal);
    }
    if (!deepEqual(pipeline.status?.reviews ?? [], plan.records)) return await tell(pipeline, plan.records, signal);
    for (const { name: one, uid, why } of plan.remove) {
      await remove(one, uid, signal);
      events.record(pipeline, 'Normal', 'ReviewRemoved', `namespace ${one} was deleted: ${why}`);
    }
    const refused = await make(pipeline, plan, signal);
    if (refused) return await tell(pipeline, refused, signal);
    if (plan.records.length === 0 && isHeld) await letGo(pipeline, signal);
    const againMs = plan.records.some(({ reason }) => reason) ? refusedAgainMs : plan.againMs;
    return againMs === undefined ? undefined : { requeueAfterMs: Math.min(againMs, plan.againMs ?? againMs) };
  };

  /** The records with why a namespace could not be made, if one could not. */
  async function make(
    pipeline: Pipeline,
    { create, records }: ReviewPlan,
    signal: AbortSignal,
  ): Promise<ReviewStatus[] | undefined> {
    const problems = new Map<string, Pick<ReviewStatus, 'reason' | 'message'>>();
    for (const promotion of create) {
      const source = pipeline.spec.stages.find(({ name }) => name === promotion.spec.from);
      const wanted = renderReviewNamespace(pipeline, promotion, source && namespaces.get('', source.namespace));
      const { name = '' } = wanted.metadata;
      const made = await tryMaking(wanted, signal);
      if (typeof made === 'object') problems.set(name, made);
      else if (made === 'made')
        events.record(
          pipeline,
          'Normal',
          'ReviewMade',
          `namespace ${name} was made for Promotion ${promotion.metadata.name}`,
        );
    }
    if (problems.size === 0) return undefined;
    const told = records.map((record) => ({ ...record, ...problems.get(record.namespace ?? '') }));
    return deepEqual(told, records) ? undefined : told;
  }

  async function tryMaking(
    wanted: KubeObject,
    signal: AbortSignal,
  ): Promise<'made' | 'there' | Pick<ReviewStatus, 'reason' | 'message'>> {
    const problem = reservedNamespaceProblem(wanted.metadata.name ?? '');
    if (problem) return { reason: 'NamespaceReserved', message: `its namespace ${problem}` };
    try {
      await client.create(namespaceResource, wanted, { signal });
      return 'made';
    } catch (error) {
      if (isStatusError(error, 'AlreadyExists')) return 'there'; // by a look at it that was cut short, or it is told the next time
      if (!isStatusError(error, 'Forbidden', 'Invalid')) throw error;
      return { reason: 'NamespaceRefused', message: refusalOf(error) };
    }
  }

  async function remove(name: string, uid: string, signal: AbortSignal): Promise<void> {
    try {
      await client.delete(namespaceResource, { name }, { preconditions: { uid }, signal });
    } catch (error) {
      // Gone, or another one by now.
      if (!isStatusError(error, 'NotFound', 'Conflict')) throw error;
    }
  }

  async function tell(pipeline: Pipeline, records: readonly ReviewStatus[], signal: AbortSignal): Promise<undefined> {
    const { reviews: _, ...others } = pipeline.status ?? {};
    const status = { ...others, ...(records.length > 0 ? { reviews: [...records] } : {}) };
    await unlessGone(client.update(pipelineResource, { ...pipeline, status }, { subresource: 'status', signal }));
  }

  /** A pipeline that goes leaves nothing behind. */
  async function hold(pipeline: Pipeline, signal: AbortSignal): Promise<undefined> {
    await setFinalizers(pipeline, [...(pipeline.metadata.finalizers ?? []), reviewFinalizer], signal);
  }

  function letGo(pipeline: Pipeline, signal: AbortSignal): Promise<void> {
    const others = (pipeline.metadata.finalizers ?? []).filter((one) => one !== reviewFinalizer);
    return setFinalizers(pipeline, others, signal);
  }

  async function setFinalizers({ metadata }: Pipeline, finalizers: string[], signal: AbortSignal): Promise<void> {
    const { namespace = '', name = '', resourceVersion } = metadata;
    const patch = { metadata: { resourceVersion, finalizers } };
    await unlessGone(client.patch(pipelineResource, { namespace, name }, 'merge', patch, { signal }));
  }
}

function refusalOf(error: StatusError): string {
  return `the operator may not make environments, which the ClusterRole for reviews allows: ${error.message.slice(0, 500)}`;
}

/** What was written meanwhile is heard of, and looked at then. */
async function unlessGone(write: Promise<unknown>): Promise<undefined> {
  try {
    await write;
  } catch (error) {
    if (!isStatusError(error, 'NotFound', 'Conflict')) throw error;
  }
}
