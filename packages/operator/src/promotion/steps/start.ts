import { rfc3339 } from '@serval/kube/client';
import type { Step } from '../conditions.ts';
import type { Observed } from '../observe.ts';
import { resolveSource } from '../resolve/resolve-source.ts';
import { finished, msSince, progressDeadlineMs } from './time.ts';

/** Objects that are applied together are there a moment after each other; who is not there then is a mistake. */
const patienceMs = 10_000;

export interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** Waits for its turn, finds out what is promoted, and keeps it. */
export function start(observed: Observed, now: number): Step {
  const { promotion, ahead, from, earlier } = observed;
  if (ahead) {
    const message = `waits until Promotion ${ahead.metadata.name} has ended: one at a time goes into a stage and service`;
    const anew = { startedAt: undefined, service: undefined, content: undefined, digest: undefined };
    return { fields: anew, conditions: { Checked: { status: 'Unknown', reason: 'Waiting', message } } };
  }
  const startedAt = promotion.status?.startedAt ?? rfc3339(now);
  const problem = stageProblem(observed) ?? sourceProblem(observed);
  if (problem) return mistaken(problem, startedAt, now);
  if (promotion.spec.digest !== undefined) {
    const { service, content } = earlier?.status ?? {};
    return { fields: { startedAt, service, content }, conditions: { Checked: checking } };
  }
  // Both are there, or there would be a problem.
  if (!from?.workload) return {};
  const resolved = resolveSource(from.workload, observed.base);
  if (resolved.state === 'resolved') {
    const { service, content } = resolved;
    return { fields: { startedAt, service, content }, conditions: { Checked: checking } };
  }
  return notYet(resolved, startedAt, observed, now);
}

const checking = { status: 'Unknown', reason: 'Checking' } as const;

/** What was not to be had by the deadline fails with the same reason. */
export function notYet(
  { state, reason, message }: Problem & { state: string },
  startedAt: string,
  observed: Observed,
  now: number,
): Step {
  const deadlineMs = progressDeadlineMs(observed);
  const leftMs = deadlineMs - msSince(startedAt, now);
  if (state === 'waiting' && leftMs > 0) {
    return { fields: { startedAt }, conditions: { Checked: { status: 'Unknown', reason, message } }, againMs: leftMs };
  }
  const told = state === 'waiting' ? `${message}; this took more than ${deadlineMs / 1000} s` : message;
  return {
    fields: { startedAt, ...finished(now) },
    conditions: { Checked: { status: 'False', reason, message: told } },
  };
}

function mistaken({ reason, message }: Problem, startedAt: string, now: number): Step {
  const leftMs = patienceMs - msSince(startedAt, now);
  const conditions = { Checked: { status: 'False', reason, message } } as const;
  if (leftMs <= 0) return { fields: { startedAt, ...finished(now) }, conditions };
  return { fields: { startedAt }, conditions, againMs: leftMs };
}

/** Why there is no such stage to promote to. */
export function stageProblem({ promotion, pipeline, to }: Observed): Problem | undefined {
  const { spec, metadata } = promotion;
  const where = `pipeline ${metadata.namespace}/${spec.pipeline}`;
  if (!pipeline) return { reason: 'PipelineNotFound', message: `there is no ${where}` };
  if (!to) {
    const names = pipeline.spec.stages.map(({ name }) => name).join(', ');
    return { reason: 'StageNotFound', message: `${where} has no stage ${spec.to}; its stages are ${names}` };
  }
  return to.claim.state === 'refused' ? { reason: to.claim.reason, message: to.claim.message } : undefined;
}

function sourceProblem({ promotion, pipeline, from, to, earlier }: Observed): Problem | undefined {
  const { spec, metadata } = promotion;
  const where = `pipeline ${metadata.namespace}/${spec.pipeline}`;
  if (spec.digest !== undefined) {
    if (earlier) return undefined;
    const message = `no Promotion of ${spec.service} to ${spec.to} that is kept has digest ${spec.digest}`;
    return { reason: 'DigestNotFound', message };
  }
  const stages = pipeline?.spec.stages ?? [];
  if (!from) {
    const names = stages.map(({ name }) => name).join(', ');
    return { reason: 'StageNotFound', message: `${where} has no stage ${spec.from}; its stages are ${names}` };
  }
  const before = stages[stages.findIndex(({ name }) => name === spec.to) - 1]?.name;
  const allowed = to?.stage.promotion?.from ?? (before === undefined ? [] : [before]);
  if (!allowed.includes(from.stage.name)) {
    const choice = allowed.length > 0 ? `what comes from ${allowed.join(', ')}` : 'nothing from other stages';
    return {
      reason: 'SourceNotPermitted',
      message: `stage ${spec.to} takes ${choice}, not what comes from ${spec.from}`,
    };
  }
  if (from.claim.state === 'refused') return { reason: from.claim.reason, message: from.claim.message };
  if (!from.workload) {
    const message = `there is no InferenceService ${from.stage.namespace}/${spec.service}`;
    return { reason: 'ServiceNotFound', message };
  }
  return undefined;
}
