import { type Condition, findCondition, type KubeObject } from '@serval/kube/objects';
import type { ConditionResult } from './condition-result.ts';

/** Results as the conditions of an object: sorted, each with the generation that it speaks of and the time (RFC 3339) of its last change. */
export function conditionsFrom(
  { metadata, status }: KubeObject & { status?: { conditions?: Condition[] } },
  results: Readonly<Record<string, ConditionResult>>,
  now: string,
): Condition[] {
  return Object.entries(results)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { status: is, reason, message }]) => {
      const before = findCondition(status?.conditions, type);
      const unchangedSince = before?.status === is ? before.lastTransitionTime : undefined;
      return {
        type,
        status: is,
        ...(reason ? { reason } : {}),
        ...(message ? { message } : {}),
        observedGeneration: metadata.generation ?? 1,
        lastTransitionTime: unchangedSince || now,
      };
    });
}
