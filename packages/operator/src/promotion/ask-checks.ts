import type { InferenceService, PromotionCheck } from '@serval/api';
import { type CheckResult, passed } from './checks/check.ts';
import { checkPrediction, type PredictionDeps } from './checks/prediction.ts';
import { checkPull, type PullDeps } from './checks/pull.ts';
import type { Observed } from './observe.ts';
import { withOverrides } from './overrides.ts';
import type { AskChecks } from './steps/check.ts';
import type { AskTarget } from './steps/roll-out.ts';
import { canaryPredictorName, type Workload } from './workload.ts';

/** What has to hold before anything is changed. That the source is Ready is asked in any case. */
export function createAskChecks(deps: PredictionDeps & PullDeps): AskChecks {
  return async (observed, signal) => {
    const { from, to } = observed;
    // What is gone back to runs nowhere; it answers in its stage, as a canary first where the stage has one.
    const answer = from?.workload
      ? await ask(from.workload, to?.stage.promotion?.checks, undefined, deps, signal)
      : passed;
    return answer.state === 'passed' ? await askPull(observed, deps, signal) : answer;
  };
}

/** Whether Pods of the stage can pull what they will need there. */
async function askPull({ promotion, to }: Observed, deps: PullDeps, signal: AbortSignal): Promise<CheckResult> {
  const { service: kept, content } = promotion.status ?? {};
  if (!kept || !to) return passed;
  const { predictor, transformer, explainer } = withOverrides(kept, promotion.spec.service, to.stage).spec;
  const images = (content?.images ?? []).flatMap(({ image }) => image ?? []);
  const pullSecrets = [predictor, transformer, explainer].flatMap((component) =>
    (component?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []),
  );
  const { serviceAccountName } = predictor;
  const subject = {
    namespace: to.stage.namespace,
    images: [...images, ...modelImages(predictor)],
    ...(pullSecrets.length > 0 ? { pullSecrets } : {}),
    ...(serviceAccountName ? { serviceAccount: serviceAccountName } : {}),
  };
  return await checkPull(subject, deps, signal);
}

/** Models that are images. */
function modelImages({ model, storageUris = [] }: InferenceService['spec']['predictor']): string[] {
  const uris = [model?.storageUri, ...storageUris.map(({ uri }) => uri)];
  return uris.filter((uri) => uri !== undefined).filter((uri) => uri.startsWith('oci://'));
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
