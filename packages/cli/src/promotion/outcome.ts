import type { Promotion } from '@serval/api';
import { findCondition } from '@serval/kube/objects';

/** What has become of a Promotion, in one word for programs. */
export type PromotionOutcome =
  | 'Healthy'
  | 'RolledBack'
  | 'Rejected'
  | 'Failed'
  | 'WaitingForApproval'
  | 'Queued'
  | 'InProgress';

/** Of a specification that was not observed yet, nothing is known. */
export function outcomeOf({ metadata, status = {} }: Promotion): PromotionOutcome {
  if (status.observedGeneration !== undefined && status.observedGeneration < (metadata.generation ?? 0)) {
    return 'InProgress';
  }
  const is = (type: string, wanted: string, reason?: string): boolean => {
    const condition = findCondition(status.conditions, type);
    return condition?.status === wanted && (reason === undefined || condition.reason === reason);
  };
  if (status.completedAt !== undefined) {
    if (is('Healthy', 'True')) return 'Healthy';
    if (status.rolledBack === true) return 'RolledBack';
    return is('Approved', 'False', 'Rejected') ? 'Rejected' : 'Failed';
  }
  if (is('Approved', 'Unknown', 'ApprovalRequired')) return 'WaitingForApproval';
  return is('Checked', 'Unknown', 'Waiting') ? 'Queued' : 'InProgress';
}

export function hasEnded(promotion: Promotion): boolean {
  return !['WaitingForApproval', 'Queued', 'InProgress'].includes(outcomeOf(promotion));
}

/** Why it ended as it did, or what it waits for: the condition that says most. */
export function whyOf({ status = {} }: Promotion): string {
  const conditions = ['Checked', 'Approved', 'Applied', 'Healthy'].flatMap(
    (type) => findCondition(status.conditions, type) ?? [],
  );
  const failed = conditions.toReversed().find((each) => each.status === 'False' && each.type !== 'Applied');
  const told =
    failed ??
    conditions.find((each) => each.status === 'False') ??
    conditions.find((each) => each.status === 'Unknown' && each.reason !== 'Pending');
  return told ? [told.reason, told.message].filter(Boolean).join(': ') : '';
}
