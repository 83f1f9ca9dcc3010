import type { Promotion } from '@serval/api';
import { rfc3339 } from '@serval/kube/client';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import { promotionAnnotation, promotionDigestAnnotation, promotionUidAnnotation } from '../annotations.ts';
import type { Step } from '../conditions.ts';
import type { Observed } from '../observe.ts';
import { promotionDigest } from '../resolve/digest.ts';
import { maxServiceBytes, sizeOf } from '../resolve/kept-size.ts';
import { restorableService } from '../resolve/portable-service.ts';
import type { Workload } from '../workload.ts';
import { type Problem, stageProblem } from './start.ts';
import { finished } from './time.ts';

/** Keeps what the stage has now, and says what is to be written first. Nothing is written before that is kept. */
export function begin(observed: Observed, now: number): Step {
  const problem = stageProblem(observed);
  if (problem) return { fields: finished(now), conditions: { Applied: { status: 'False', ...problem } } };
  const { to, target, promotion } = observed;
  if (target?.service.metadata.deletionTimestamp) {
    const message = `InferenceService ${to?.stage.namespace}/${promotion.spec.service} is being deleted`;
    return { conditions: { Applied: { status: 'Unknown', reason: 'TargetTerminating', message } } };
  }
  const changed = recordProblem(promotion);
  if (changed) return { fields: finished(now), conditions: { Applied: { status: 'False', ...changed } } };
  const previous = previousOf(target);
  if (sizeOf(previous.service) > maxServiceBytes) {
    const message = `what the stage has is kept whole, to go back to, and has over ${maxServiceBytes} bytes`;
    return { fields: finished(now), conditions: { Applied: { status: 'False', reason: 'TooLarge', message } } };
  }
  const [first] = to?.stage.canary?.steps ?? [];
  const fields = { previous, applied: { namespace: to?.stage.namespace ?? '' } };
  if (!first || !hasCanary(promotion, target)) return { fields, conditions: { Applied: applying } };
  const canary = { step: 0, trafficPercent: first.trafficPercent, since: rfc3339(now) };
  return { fields: { ...fields, canary }, conditions: { Applied: tryingAt(first.trafficPercent) } };
}

export const applying: ConditionResult = { status: 'Unknown', reason: 'Applying' };

export function tryingAt(trafficPercent: number): ConditionResult {
  return { status: 'Unknown', reason: 'Canary', message: `a canary gets ${trafficPercent} % of the requests` };
}

export function previousOf(target: Workload | undefined): NonNullable<NonNullable<Promotion['status']>['previous']> {
  if (!target) return {};
  const { annotations = {}, generation } = target.service.metadata;
  const [promotion, digest] = [annotations[promotionAnnotation], annotations[promotionDigestAnnotation]];
  return {
    ...(digest ? { digest } : {}),
    ...(promotion ? { promotion: promotion.split('/').at(-1) ?? '' } : {}),
    ...(generation === undefined ? {} : { generation }),
    service: restorableService(target.service),
  };
}

/** Why what is kept may not be applied: it is not what was checked, and maybe approved. Who may write the status could have changed it. */
export function recordProblem({ status, spec }: Promotion): Problem | undefined {
  const { service, content, digest } = status ?? {};
  const is = service && content && promotionDigest(service, content);
  const wanted = [digest, spec.digest, spec.approval?.decision === 'Approved' ? spec.approval.digest : undefined];
  if (is !== undefined && digest !== undefined && wanted.every((one) => one === undefined || one === is))
    return undefined;
  return { reason: 'DigestDiffers', message: `what is kept has digest ${is}, and was checked as ${digest}` };
}

/** Whether a service was written by this Promotion. */
export function isOwn({ metadata }: Promotion, target: Workload | undefined): boolean {
  return target?.service.metadata.annotations?.[promotionUidAnnotation] === metadata.uid;
}

/** Where nothing serves, nothing can serve beside the canary; services that name canaries themselves move their traffic themselves. */
function hasCanary({ status }: Promotion, target: Workload | undefined): boolean {
  const named = [target?.service.spec, status?.service?.spec].some(
    (spec) => spec?.canary?.length || spec?.predictor.workerSpec,
  );
  return target !== undefined && !named && target.service.status?.deploymentMode !== 'Knative';
}
