import type { Promotion } from '@serval/api';
import type { Client, Clock } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import { approvalChangeOf, approverToStore, newApprovalErrors } from '../promotion/approval.ts';
import { approveVerb, mayApprove } from '../promotion/may-approve.ts';
import { allowed, denied, refused } from './admission-review.ts';
import type { WebhookHandler } from './handlers.ts';
import { jsonDiff } from './json-diff.ts';

/** Writes into an approval who decided. */
export function approverHandler(clock: Clock): WebhookHandler {
  return async (request) => {
    const change = approvalChangeOf(request);
    if (!change.written || request.operation !== 'UPDATE') return allowed(request.uid);
    const promotion = request.object as KubeObject as Promotion;
    const { approvedBy: _, ...decision } = change.written;
    const approvedBy = approverToStore(change, request.userInfo, clock.now());
    const approval = { ...decision, ...(approvedBy ? { approvedBy } : {}) };
    return allowed(request.uid, jsonDiff(promotion, { ...promotion, spec: { ...promotion.spec, approval } }));
  };
}

/**
 * Checks a Promotion by `check`, and then whether a decision that is new in it may be made, by this user and on what was checked. It is asked
 * here and not where the decision is acted on, as only a request tells who made it.
 */
export function promotionHandler(client: Client, check: WebhookHandler): WebhookHandler {
  return async (request, signal) => {
    const answer = await check(request, signal);
    const { stored, written } = approvalChangeOf(request);
    if (!answer.allowed || !written || stored || request.object?.metadata.deletionTimestamp) return answer;
    const errors = newApprovalErrors(request);
    if (errors.length > 0) return denied(request, errors);
    const { pipeline } = (request.object as KubeObject as Promotion).spec;
    const namespace = request.namespace ?? request.object?.metadata.namespace ?? 'default';
    const user = request.userInfo ?? {};
    if (await mayApprove(client, user, { namespace, name: pipeline }, signal)) return answer;
    return refused(
      request.uid,
      `${JSON.stringify(user.username)} may not decide on promotions of pipeline ${namespace}/${pipeline}: that takes the verb ${approveVerb} on pipelines of platform.serval.dev`,
    );
  };
}
