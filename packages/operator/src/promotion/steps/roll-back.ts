import { conditionIn, type Step } from '../conditions.ts';
import { settledOf } from '../health/settled.ts';
import type { Observed } from '../observe.ts';
import { restoredObject } from '../target-object.ts';
import type { TargetWriter } from '../write-target.ts';
import { isOwn } from './begin.ts';
import type { Problem } from './start.ts';
import { finished, msInCondition, progressDeadlineMs } from './time.ts';

/** From now on, the stage is brought back to what it had. */
export function failing({ reason, message }: Problem): Step {
  return {
    conditions: {
      Applied: { status: 'False', reason: 'RollingBack' },
      Healthy: { status: 'False', reason, message },
    },
  };
}

/** Writes what the stage had before, or deletes the service where there was none, and looks until that is well. */
export async function rollBack(
  observed: Observed,
  writer: TargetWriter,
  now: number,
  signal: AbortSignal,
): Promise<Step> {
  const { promotion, target, former } = observed;
  const { previous, applied } = promotion.status ?? {};
  if (!previous?.service) {
    if (!target || !isOwn(promotion, target)) return rolledBack(now, 'the stage has none again, as before');
    if (!target.service.metadata.deletionTimestamp) await writer.remove(target.service, signal);
    return waitingStep(observed, now);
  }
  if (!target || isOwn(promotion, target)) {
    const options = {
      namespace: applied?.namespace ?? '',
      name: promotion.spec.service,
      live: target?.service,
      former,
    };
    const written = await writer.write(restoredObject(previous.service, options), signal);
    if (!('refused' in written)) return waitingStep(observed, now);
    const message = `what the stage had before is refused: ${written.refused}`;
    return {
      fields: { rolledBack: false, ...finished(now) },
      conditions: { Applied: { status: 'False', reason: 'RollbackRefused', message } },
    };
  }
  const health = settledOf(target);
  if (health.state === 'settled') return rolledBack(now, 'the stage serves what it had before');
  const told = `the stage has again what it had before, which is not well: ${health.message}`;
  if (health.state === 'failed') return rolledBack(now, told);
  const step = waitingStep(observed, now);
  return step.againMs === undefined ? rolledBack(now, told) : step;
}

function waitingStep(observed: Observed, now: number): Step {
  const leftMs = progressDeadlineMs(observed) - msInCondition(observed.promotion, 'Healthy', now);
  return leftMs > 0 ? { againMs: leftMs } : {};
}

function rolledBack(now: number, message: string): Step {
  return {
    fields: { rolledBack: true, canary: undefined, ...finished(now) },
    conditions: { Applied: { status: 'False', reason: 'RolledBack', message } },
  };
}

export function isRollingBack({ promotion }: Observed): boolean {
  return conditionIn(promotion, 'Healthy')?.status === 'False';
}
