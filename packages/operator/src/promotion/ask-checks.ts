import type { PromotionCheck } from '@serval/api';
import { type CheckResult, passed } from './checks/check.ts';
import { checkPrediction, type PredictionDeps } from './checks/prediction.ts';
import type { AskChecks } from './steps/check.ts';
import type { AskTarget } from './steps/roll-out.ts';
import { canaryPredictorName, type Workload } from './workload.ts';

/** What has to hold before anything is changed. That the source is Ready is asked in any case. */
export function createAskChecks(deps: PredictionDeps): AskChecks {
  return async ({ from, to }, signal) => {
    // What is gone back to runs nowhere; it answers in its stage, as a canary first where the stage has one.
    if (!from?.workload) return passed;
    return await ask(from.workload, to?.stage.promotion?.checks, undefined, deps, signal);
  };
}

/** What the service has to answer in its new place. */
export function createAskTarget(deps: PredictionDeps): AskTarget {
  return async ({ to }, workload, isCanary, signal) => {
    const kubeService = isCanary ? canaryPredictorName(workload.service) : undefined;
    return await ask(workload, to?.stage.promotion?.checks, kubeService, deps, signal);
  };
}

/** The first result that is not `passed`. */
async function ask(
  { service }: Workload,
  checks: readonly PromotionCheck[] | undefined,
  kubeService: string | undefined,
  deps: PredictionDeps,
  signal: AbortSignal,
): Promise<CheckResult> {
  for (const check of checks ?? []) {
    if (check.type !== 'Prediction') continue;
    const result = await checkPrediction({ service, check, ...(kubeService ? { kubeService } : {}) }, deps, signal);
    if (result.state !== 'passed') return result;
  }
  return passed;
}
