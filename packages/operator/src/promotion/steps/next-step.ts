import { conditionIn, type Step } from '../conditions.ts';
import type { Observed } from '../observe.ts';
import { approve, isRejected } from './approve.ts';
import { begin } from './begin.ts';
import { type AskChecks, check } from './check.ts';
import { failing, isRollingBack, rollBack } from './roll-back.ts';
import { type RollOutDeps, rollOut } from './roll-out.ts';
import { start } from './start.ts';

export interface StepDeps extends RollOutDeps {
  readonly askChecks: AskChecks;
  readonly recordsApprovers: boolean;
}

/**
 * The next step of a Promotion that has not ended. Which one is due is told by the status alone: each step ends with one write of it, and
 * does nothing that it could not do again, so that an operator that is killed anywhere goes on where it was.
 *
 * start ▶ check ▶ approve ▶ begin ▶ roll out (canary step by step, then all) ▶ healthy, or roll back
 */
export async function nextStep(observed: Observed, deps: StepDeps, now: number, signal: AbortSignal): Promise<Step> {
  const { promotion } = observed;
  const is = (type: 'Checked' | 'Approved') => conditionIn(promotion, type)?.status === 'True';
  if (isRollingBack(observed)) return await rollBack(observed, deps.writer, now, signal);
  if (promotion.metadata.deletionTimestamp) return failing(deleted);
  if (promotion.status?.applied) return await rollOut(observed, deps, now, signal);
  if (isRejected(observed)) return approve(observed, deps.recordsApprovers, now);
  // Two that began at once, before either was heard of, see each other now.
  if (observed.ahead) return start(observed, now);
  if (is('Checked')) {
    return is('Approved') ? begin(observed, now) : approve(observed, deps.recordsApprovers, now);
  }
  if (promotion.status?.service) return await check(observed, deps.askChecks, now, signal);
  return start(observed, now);
}

const deleted = { reason: 'Deleted', message: 'the Promotion was deleted while it was under way' };
