import type { Promotion, PromotionApproval, PromotionApprover } from '@serval/api';
import type { FieldError } from '@serval/kube/schema';
import type { AdmissionRequest, RequestUser } from '../webhooks/admission-review.ts';

/** Of a request to write a Promotion: the approval that was stored, and the one to store. */
export interface ApprovalChange {
  readonly stored: PromotionApproval | undefined;
  readonly written: PromotionApproval | undefined;
}

export function approvalChangeOf({ object, oldObject }: AdmissionRequest): ApprovalChange {
  return { stored: approvalOf(oldObject), written: approvalOf(object) };
}

/**
 * Who is told to have decided: whoever writes the decision, as the API server authenticated it, and the same for ever after. What the
 * request itself says of it counts for nothing.
 *
 * @param now  milliseconds since 1970
 */
export function approverToStore(
  { stored }: ApprovalChange,
  user: RequestUser | undefined,
  now: number,
): PromotionApprover | undefined {
  if (stored) return stored.approvedBy;
  if (!user?.username) return undefined;
  return {
    username: user.username,
    ...(user.uid ? { uid: user.uid } : {}),
    at: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/**
 * What is wrong with a decision that is new with this request: nothing was checked yet, something else was, or another one is told to have
 * decided. Whether the user may decide at all is asked elsewhere.
 */
export function newApprovalErrors(request: AdmissionRequest): FieldError[] {
  const { written } = approvalChangeOf(request);
  if (!written) return [];
  const path = 'spec.approval';
  if (request.operation === 'CREATE') {
    const message = 'must be left out of a new Promotion: it is written once the Promotion was checked';
    return [{ path, reason: 'FieldValueForbidden', message }];
  }
  const errors: FieldError[] = [];
  const { digest } = (request.oldObject as Promotion | null | undefined)?.status ?? {};
  if (written.decision === 'Approved' && (digest === undefined || written.digest !== digest)) {
    const message =
      digest === undefined
        ? 'must wait until the Promotion was checked: its status has no digest yet'
        : `must be the digest that was checked: ${digest}`;
    errors.push({ path: `${path}.digest`, reason: 'FieldValueInvalid', message });
  }
  if (written.approvedBy?.username !== request.userInfo?.username || !request.userInfo?.username) {
    const message = 'must be the user who writes the approval; leave it out';
    errors.push({ path: `${path}.approvedBy`, reason: 'FieldValueForbidden', message });
  }
  return errors;
}

function approvalOf(object: unknown): PromotionApproval | undefined {
  const approval: unknown = (object as Promotion | null | undefined)?.spec?.approval;
  const isObject = typeof approval === 'object' && approval !== null && !Array.isArray(approval);
  return isObject ? (approval as PromotionApproval) : undefined;
}
