import { type Pipeline, type Promotion, parseTtlMinutes, type ReviewStatus, reviewStageName } from '@serval/api';
import { rfc3339 } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import { reviewNamespaceOf } from './names.ts';
import { isReviewOf } from './review-stage.ts';

/** Of a schema that filled nothing in. */
const defaultTtlMinutes = 24 * 60;
const defaultMaxEnvironments = 5;

export interface ReviewsObserved {
  readonly pipeline: Pipeline;
  /** Of the pipeline's namespace. */
  readonly promotions: readonly Promotion[];
  readonly namespace: (name: string) => KubeObject | undefined;
}

export interface ReviewPlan {
  /** What the status is to say. It is written before anything else is done. */
  readonly records: readonly ReviewStatus[];
  readonly create: readonly Promotion[];
  /** Namespaces that were made for this pipeline, and nothing else. */
  readonly remove: readonly { readonly name: string; readonly uid: string; readonly why: string }[];
  /** Until the next one goes. */
  readonly againMs?: number;
}

/**
 * Which environments a pipeline is to have: one for each Promotion to `review`, in the order in which they were made, as many as may be,
 * until their time is over. Pure. A namespace is removed only when its UID was recorded when it was made, and it still says whose it is.
 */
export function planReviews({ pipeline, promotions, namespace }: ReviewsObserved, now: number): ReviewPlan {
  const before = new Map((pipeline.status?.reviews ?? []).map((record) => [record.namespace ?? '', record]));
  const records: ReviewStatus[] = [];
  const create: Promotion[] = [];
  const remove: ReviewPlan['remove'][number][] = [];
  const wanted = wantedOf(pipeline, promotions, now);

  for (const [name, record] of before) {
    const live = namespace(name);
    const promotion = wanted.get(name);
    const isOurs = live && isReviewOf(live, pipeline) && (record.uid === undefined || record.uid === live.metadata.uid);
    if (promotion) {
      const isGone = !live && (record.uid !== undefined || promotion.status?.completedAt !== undefined);
      if (isGone) continue; // somebody has deleted it
      records.push(recordOf(pipeline, promotion, name, live, isOurs === true, record));
      if (!live) create.push(promotion);
    } else if (isOurs) {
      const uid = live.metadata.uid ?? '';
      records.push({ ...record, uid });
      // Recorded, and only then.
      if (record.uid === uid && !live.metadata.deletionTimestamp) {
        remove.push({ name, uid, why: whyNot(pipeline, promotions, record) });
      }
    }
  }
  const free = (pipeline.spec.review?.maxEnvironments ?? defaultMaxEnvironments) - records.length;
  const fresh = [...wanted].filter(([name, { status }]) => !before.has(name) && status?.completedAt === undefined);
  for (const [name, promotion] of fresh.slice(0, Math.max(0, free))) {
    records.push(recordOf(pipeline, promotion, name, undefined, false, undefined));
  }
  const ends = [...wanted.values()].map((promotion) => expiryOf(pipeline, promotion) - now);
  return { records, create, remove, ...(ends.length > 0 ? { againMs: Math.max(1, Math.min(...ends)) } : {}) };
}

/** When the environment of a Promotion goes, in milliseconds since 1970: by its age, whatever became of it. */
export function expiryOf({ spec }: Pipeline, { metadata }: Promotion): number {
  const minutes = parseTtlMinutes(spec.review?.ttl ?? '') ?? defaultTtlMinutes;
  return Date.parse(metadata.creationTimestamp ?? '') + minutes * 60_000;
}

/** By namespace. */
function wantedOf(pipeline: Pipeline, promotions: readonly Promotion[], now: number): Map<string, Promotion> {
  if (!pipeline.spec.review || pipeline.metadata.deletionTimestamp) return new Map();
  const wanted = promotions
    .filter(({ metadata, spec }) => isToReview(spec, pipeline) && !metadata.deletionTimestamp)
    .filter((promotion) => expiryOf(pipeline, promotion) > now)
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return new Map(wanted.map((promotion) => [reviewNamespaceOf(pipeline, promotion.metadata.uid ?? ''), promotion]));
}

function isToReview({ pipeline, to }: Promotion['spec'], { metadata }: Pipeline): boolean {
  return to === reviewStageName && pipeline === metadata.name;
}

function orderOf({ metadata: { creationTimestamp = '', name = '' } }: Promotion): string {
  return `${creationTimestamp} ${name}`;
}

function recordOf(
  pipeline: Pipeline,
  promotion: Promotion,
  name: string,
  live: KubeObject | undefined,
  isOurs: boolean,
  before: ReviewStatus | undefined,
): ReviewStatus {
  const { digest } = promotion.status ?? {};
  const record: ReviewStatus = {
    namespace: name,
    promotion: promotion.metadata.name ?? '',
    service: promotion.spec.service,
    expiresAt: rfc3339(expiryOf(pipeline, promotion)),
    ...(digest ? { digest } : {}),
  };
  const uid = isOurs ? live?.metadata.uid : before?.uid;
  if (isOurs) return { ...record, ...(uid ? { uid } : {}) };
  if (live) {
    const message = `namespace ${name} is somebody else's, and is left alone`;
    return { ...record, ...(uid ? { uid } : {}), reason: 'NamespaceConflict', message };
  }
  const { reason, message } = before ?? {};
  return { ...record, ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

function whyNot({ metadata, spec }: Pipeline, promotions: readonly Promotion[], { promotion }: ReviewStatus): string {
  if (metadata.deletionTimestamp) return 'the pipeline is being deleted';
  if (!spec.review) return 'the pipeline has no reviews any more';
  const found = promotions.find((one) => one.metadata.name === promotion && !one.metadata.deletionTimestamp);
  return found ? 'its time is over' : `Promotion ${promotion} is gone`;
}
