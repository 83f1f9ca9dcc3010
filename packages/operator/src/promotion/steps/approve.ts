import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { Step } from '../conditions.ts';
import type { Observed } from '../observe.ts';
import { promotionDigest } from '../resolve/digest.ts';
import { resolveSource } from '../resolve/resolve-source.ts';
import { stageProblem } from './start.ts';
import { finished } from './time.ts';

/**
 * Waits for the decision of a person, where the stage wants one. What is decided on is what was checked, whatever the source runs by now.
 *
 * @param recordsApprovers  whether the webhook is there that makes `approvedBy` true: without it, an approval may be anybody's
 */
export function approve(observed: Observed, recordsApprovers: boolean, now: number): Step {
  const problem = stageProblem(observed);
  if (problem) return { fields: finished(now), conditions: { Applied: { status: 'False', ...problem } } };
  const { spec, status } = observed.promotion;
  const { approval } = spec;
  if (approval?.decision === 'Rejected') return ended(now, 'Rejected', rejection(observed));
  if (observed.to?.stage.promotion?.approval !== 'Required') return approved({ status: 'True', reason: 'NotRequired' });
  if (!approval) {
    const changed = sourceHasChanged(observed)
      ? `; stage ${spec.from} runs something else by now, which is not what would be applied`
      : '';
    const message = `waits for the approval of ${status?.digest}${changed}`;
    return { conditions: { Approved: { status: 'Unknown', reason: 'ApprovalRequired', message } } };
  }
  const { digest, approvedBy } = approval;
  if (!recordsApprovers || !approvedBy?.username) {
    return ended(
      now,
      'ApproverUnknown',
      'nobody has recorded who approved it, as the webhooks of the platform would have',
    );
  }
  if (digest !== status?.digest)
    return ended(now, 'DigestDiffers', `${digest} was approved, and not ${status?.digest}`);
  const message = `by ${approvedBy.username}`;
  return {
    ...approved({ status: 'True', reason: 'Approved', message }),
    fields: { approvedBy: approvedBy.username, approvedAt: approvedBy.at },
  };
}

/** Also before the checks have ended. */
export function isRejected({ promotion }: Observed): boolean {
  return promotion.spec.approval?.decision === 'Rejected';
}

function rejection({ promotion }: Observed): string {
  const { approvedBy, comment } = promotion.spec.approval ?? {};
  return `by ${approvedBy?.username ?? 'an unknown user'}${comment ? `: ${comment}` : ''}`;
}

function sourceHasChanged({ promotion, from, base }: Observed): boolean {
  if (!from?.workload) return false;
  const resolved = resolveSource(from.workload, base);
  if (resolved.state !== 'resolved') return false;
  return promotionDigest(resolved.service, resolved.content) !== promotion.status?.digest;
}

function approved(Approved: ConditionResult): Step {
  return { conditions: { Approved } };
}

function ended(now: number, reason: string, message: string): Step {
  return { fields: finished(now), conditions: { Approved: { status: 'False', reason, message } } };
}
