import type { Promotion } from '@serval/api';

/** Whether two Promotions bring the same service into the same stage. */
export function haveSameGoal(a: Promotion, b: Promotion): boolean {
  return (
    a.metadata.namespace === b.metadata.namespace &&
    a.spec.pipeline === b.spec.pipeline &&
    a.spec.service === b.spec.service &&
    a.spec.to === b.spec.to
  );
}

export function isFinished({ status }: Promotion): boolean {
  return status?.completedAt !== undefined;
}

/** Who has to end first: of all that have the same goal and have not ended, those that began, and then those that were made earlier. */
export function aheadOf(promotion: Promotion, others: readonly Promotion[]): Promotion | undefined {
  return others
    .filter((other) => !isFinished(other) && !isSame(other, promotion) && haveSameGoal(other, promotion))
    .filter((other) => isBefore(other, promotion))
    .sort((a, b) => (isBefore(a, b) ? -1 : 1))[0];
}

/** Creation is told in whole seconds; the name decides between two of the same. Who began goes on, whatever else is made. */
function isBefore(a: Promotion, b: Promotion): boolean {
  const [one, other] = [a, b].map(({ status }) => status?.startedAt !== undefined);
  if (one !== other) return one === true;
  return orderOf(a) < orderOf(b);
}

function orderOf({ metadata: { creationTimestamp = '', name = '' } }: Promotion): string {
  return `${creationTimestamp} ${name}`;
}

function isSame(a: Promotion, b: Promotion): boolean {
  return a.metadata.uid === b.metadata.uid;
}
