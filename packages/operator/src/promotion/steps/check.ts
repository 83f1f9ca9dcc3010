import type { CheckResult } from '../checks/check.ts';
import type { Step } from '../conditions.ts';
import type { Observed } from '../observe.ts';
import { promotionDigest } from '../resolve/digest.ts';
import { resolveSource } from '../resolve/resolve-source.ts';
import { notYet, stageProblem } from './start.ts';
import { finished } from './time.ts';

/** Asks all that must hold before anything is changed. The first result that is not `passed` counts. */
export type AskChecks = (observed: Observed, signal: AbortSignal) => Promise<CheckResult>;

/** Checks what is kept. Should the source run something else by now, that is promoted, and checked, in its place. */
export async function check(observed: Observed, ask: AskChecks, now: number, signal: AbortSignal): Promise<Step> {
  const { status = {} } = observed.promotion;
  const { startedAt = '', service, content } = status;
  if (!service || !content) return {};
  const problem = stageProblem(observed);
  if (problem) return notYet({ state: 'failed', ...problem }, startedAt, observed, now);
  const digest = promotionDigest(service, content);
  if (observed.promotion.spec.digest === undefined) {
    if (!observed.from?.workload) return notYet({ state: 'failed', ...sourceGone }, startedAt, observed, now);
    const resolved = resolveSource(observed.from.workload, observed.base);
    if (resolved.state !== 'resolved') return notYet(resolved, startedAt, observed, now);
    if (promotionDigest(resolved.service, resolved.content) !== digest) {
      return { fields: { service: resolved.service, content: resolved.content } };
    }
  }
  const result = await ask(observed, signal);
  if (result.state === 'passed') {
    const unknown = content.modelRevision ? [] : ['no Pod tells the revision of its model'];
    const message = [...unknown, ...(result.note ? [result.note] : [])].join('; ');
    const Checked = { status: 'True', reason: 'ChecksPassed', ...(message ? { message } : {}) } as const;
    return { fields: { digest }, conditions: { Checked } };
  }
  if (result.state === 'failed') {
    const { reason, message } = result;
    return { fields: finished(now), conditions: { Checked: { status: 'False', reason, message } } };
  }
  const step = notYet(result, startedAt, observed, now);
  return step.againMs === undefined ? step : { ...step, againMs: Math.min(step.againMs, result.lookAgainMs) };
}

const sourceGone = { reason: 'ServiceNotFound', message: 'the service is gone from the stage that it comes from' };
