import type { InferenceService, Promotion } from '@serval/api';
import { promotionDigestAnnotation, promotionUidAnnotation } from './annotations.ts';
import { haveSameGoal, isFinished } from './queue.ts';

/** Of a pipeline that says nothing (its schema's default). */
const defaultHistoryLimit = 20;

/**
 * Whether a finished Promotion is one too many: there are as many later ones as are kept, and neither the stage's present service nor what
 * it goes back to is its.
 *
 * @param current  the service of the stage
 */
export function isExpired(
  promotion: Promotion,
  all: readonly Promotion[],
  current: InferenceService | undefined,
  historyLimit = defaultHistoryLimit,
): boolean {
  if (!isFinished(promotion)) return false;
  const finished = all.filter((other) => haveSameGoal(other, promotion) && isFinished(other)).sort(laterFirst);
  const later = finished.findIndex(({ metadata }) => metadata.uid === promotion.metadata.uid);
  if (later < historyLimit) return false;
  const annotations = current?.metadata.annotations ?? {};
  const present = finished.find(({ metadata }) => metadata.uid === annotations[promotionUidAnnotation]);
  const digests = [annotations[promotionDigestAnnotation], present?.status?.previous?.digest];
  const isNeeded = digests.some((digest) => {
    const newest = digest && finished.find(({ status }) => status?.digest === digest);
    return newest && newest.metadata.uid === promotion.metadata.uid;
  });
  return !isNeeded && present?.metadata.uid !== promotion.metadata.uid;
}

function laterFirst(a: Promotion, b: Promotion): number {
  return orderOf(a) > orderOf(b) ? -1 : 1;
}

function orderOf({ metadata, status }: Promotion): string {
  return `${status?.completedAt ?? ''} ${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`;
}
