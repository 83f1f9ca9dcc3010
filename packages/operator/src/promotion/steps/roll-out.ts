import { rfc3339 } from '@serval/kube/client';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { CheckResult } from '../checks/check.ts';
import { conditionIn, type Step } from '../conditions.ts';
import { canaryHealthOf } from '../health/canary-health.ts';
import { contentDifference } from '../health/content-differs.ts';
import { settledOf } from '../health/settled.ts';
import type { Observed } from '../observe.ts';
import { promotedObject } from '../target-object.ts';
import { canaryOf, type Workload } from '../workload.ts';
import type { TargetWriter } from '../write-target.ts';
import { applying, isOwn, previousOf, recordProblem, tryingAt } from './begin.ts';
import { failing } from './roll-back.ts';
import type { Problem } from './start.ts';
import { finished, msInCondition, msSince, progressDeadlineMs } from './time.ts';

/** How often a canary is looked at while it is held, though nothing changes. */
const lookAgainMs = 10_000;

/** Asks what a promoted service has to answer right in its stage. */
export type AskTarget = (
  observed: Observed,
  workload: Workload,
  isCanary: boolean,
  signal: AbortSignal,
) => Promise<CheckResult>;

export interface RollOutDeps {
  readonly writer: TargetWriter;
  readonly askTarget: AskTarget;
}

/** Brings the service into the stage, as a canary first where the status says so, and looks how it does. */
export async function rollOut(observed: Observed, deps: RollOutDeps, now: number, signal: AbortSignal): Promise<Step> {
  const { promotion, to, target } = observed;
  if (!to) return failing(stageGone);
  const { status = {} } = promotion;
  const isDue = status.applied?.generation === undefined;
  if (isDue) return await write(observed, deps.writer, now, signal);
  const changed = changeByOthers(observed);
  if (changed) return leaving(changed, now);
  const isSeen = target && (target.service.metadata.generation ?? 0) >= (status.applied?.generation ?? 0);
  if (!isSeen)
    return overdue(observed, { reason: 'NotObserved', message: 'the service was not seen yet as it was written' }, now);
  return isTrying(observed)
    ? await tryCanary(observed, target, deps, now, signal)
    : await settle(observed, target, deps, now, signal);
}

const stageGone: Problem = { reason: 'StageNotFound', message: 'the stage is gone from the pipeline' };

function isTrying({ promotion }: Observed): boolean {
  return conditionIn(promotion, 'Applied')?.reason === 'Canary';
}

function wantedPercent(observed: Observed): number | undefined {
  return isTrying(observed) ? observed.promotion.status?.canary?.trafficPercent : undefined;
}

/** What the status says is written, and only then told as written: killed in between, it is found as it should be. */
async function write(observed: Observed, writer: TargetWriter, now: number, signal: AbortSignal): Promise<Step> {
  const { promotion, to, target, former } = observed;
  const { status = {}, spec } = promotion;
  const live = target?.service;
  const percent = wantedPercent(observed);
  const namespace = status.applied?.namespace ?? '';
  if (!to) return {};
  const changed = recordProblem(promotion);
  if (changed) return failing(changed);
  if (!isOwn(promotion, target) && live?.metadata.generation !== status.previous?.generation) {
    // Somebody has changed it since it was kept.
    return { fields: { previous: previousOf(target) } };
  }
  const isWritten = isOwn(promotion, target) && (live?.spec.predictor.canaryTrafficPercent ?? 100) === (percent ?? 100);
  const written = isWritten
    ? live
    : await writer.write(
        promotedObject(promotion, to.stage, percent, { namespace, name: spec.service, live, former }),
        signal,
      );
  if (!written) return {};
  if ('refused' in written) {
    const problem = { reason: 'ApplyRefused', message: written.refused };
    if (isOwn(promotion, target)) return failing(problem);
    return { fields: finished(now), conditions: { Applied: { status: 'False', ...problem } } };
  }
  const { generation = 1 } = written.metadata;
  return {
    fields: { applied: { namespace, generation } },
    conditions: percent === undefined ? { Applied: { status: 'True', reason: 'Applied' } } : {},
  };
}

/** Who changes the service now means something: neither this nor what was there before is put over it. */
function changeByOthers({ promotion, target }: Observed): Problem | undefined {
  const { generation = 0 } = promotion.status?.applied ?? {};
  const { metadata } = target?.service ?? {};
  if (!metadata || (metadata.generation ?? 0) <= generation) return undefined;
  const message = `InferenceService ${metadata.namespace}/${metadata.name} was changed meanwhile, and is left as it is now`;
  return { reason: 'ChangedMeanwhile', message };
}

function leaving({ reason, message }: Problem, now: number): Step {
  return { fields: finished(now), conditions: { Healthy: { status: 'False', reason, message } } };
}

async function tryCanary(
  observed: Observed,
  target: Workload,
  deps: RollOutDeps,
  now: number,
  signal: AbortSignal,
): Promise<Step> {
  const { promotion, to } = observed;
  const { canary = {}, content } = promotion.status ?? {};
  const { step = 0, trafficPercent = 0 } = canary;
  const health = canaryHealthOf(target, trafficPercent);
  if (health.state === 'without') return toAll(observed);
  if (health.state === 'failed') return failing(health);
  if (health.state === 'waiting') return unwell(observed, health, now);
  const difference = contentDifference(canaryOf(target), content?.modelRevision);
  if (difference !== undefined) return failing({ reason: 'ContentDiffers', message: difference });
  const answer = await deps.askTarget(observed, target, true, signal);
  if (answer.state === 'failed') return failing(answer);
  if (answer.state === 'waiting') return unwell(observed, answer, now);
  const healthySince = canary.healthySince ?? rfc3339(now);
  const { holdSeconds = 60 } = to?.stage.canary?.steps[step] ?? {};
  const leftMs = holdSeconds === 0 ? 0 : (holdSeconds + 1) * 1000 - msSince(healthySince, now);
  if (leftMs > 0) {
    const message = `the canary is well with ${trafficPercent} % of the requests, which is held for ${holdSeconds} s`;
    return {
      fields: { canary: { ...canary, healthySince } },
      conditions: { Healthy: { status: 'Unknown', reason: 'CanaryHealthy', message } },
      againMs: Math.min(leftMs, lookAgainMs),
    };
  }
  const steps = to?.stage.canary?.steps ?? [];
  const next = steps.findIndex((one) => one.trafficPercent > trafficPercent);
  const more = steps[next]?.trafficPercent;
  if (more === undefined) return toAll(observed);
  return {
    fields: { canary: { step: next, trafficPercent: more, since: rfc3339(now) }, applied: due(observed) },
    conditions: { Applied: tryingAt(more) },
  };
}

/** A write is due. */
function due({ promotion }: Observed) {
  return { namespace: promotion.status?.applied?.namespace ?? '' };
}

function toAll(observed: Observed): Step {
  return { fields: { canary: undefined, applied: due(observed) }, conditions: { Applied: applying } };
}

/** A step begins anew when the canary was well and is not any more. */
function unwell(observed: Observed, problem: Problem, now: number): Step {
  const { canary = {} } = observed.promotion.status ?? {};
  if (canary.healthySince === undefined) return overdue(observed, problem, now);
  const { healthySince: _, ...rest } = canary;
  return {
    fields: { canary: { ...rest, since: rfc3339(now) } },
    conditions: { Healthy: unknown(problem) },
    againMs: progressDeadlineMs(observed),
  };
}

async function settle(
  observed: Observed,
  target: Workload,
  deps: RollOutDeps,
  now: number,
  signal: AbortSignal,
): Promise<Step> {
  const health = settledOf(target);
  if (health.state === 'failed') return failing(health);
  if (health.state === 'waiting') return overdue(observed, health, now);
  const difference = contentDifference(target, observed.promotion.status?.content?.modelRevision);
  if (difference !== undefined) return failing({ reason: 'ContentDiffers', message: difference });
  const answer = await deps.askTarget(observed, target, false, signal);
  if (answer.state === 'failed') return failing(answer);
  if (answer.state === 'waiting') {
    const step = overdue(observed, answer, now);
    return { ...step, againMs: Math.min(step.againMs ?? lookAgainMs, answer.lookAgainMs) };
  }
  return { fields: finished(now), conditions: { Healthy: { status: 'True', reason: 'Healthy' } } };
}

/** Not well yet, which is a failure after the stage's time for it. */
function overdue(observed: Observed, { reason, message }: Problem, now: number): Step {
  const { promotion } = observed;
  const spentMs = isTrying(observed)
    ? msSince(promotion.status?.canary?.since, now)
    : msInCondition(promotion, 'Applied', now);
  const deadlineMs = progressDeadlineMs(observed);
  if (spentMs >= deadlineMs) {
    return failing({
      reason: 'ProgressDeadlineExceeded',
      message: `not healthy within ${deadlineMs / 1000} s: ${message}`,
    });
  }
  return { conditions: { Healthy: unknown({ reason, message }) }, againMs: deadlineMs - spentMs };
}

function unknown({ reason, message }: Problem): ConditionResult {
  return { status: 'Unknown', reason, message };
}
