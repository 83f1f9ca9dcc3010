import type { Pipeline, PipelineStage, PipelineStageStatus, PipelineStatus } from '@serval/api';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import { conditionsFrom } from '../../conditions/conditions-from.ts';
import { pullSecretName } from '../names.ts';
import type { ProjectionPlan } from '../projection/plan-projection.ts';
import type { Resolution } from '../registry/resolve-registry.ts';
import type { Claim } from '../stage-claims.ts';
import { conditionOf, credentialConditions, withReady } from './conditions.ts';
import { credentialStatus } from './credential-status.ts';

/** A service of a stage, and the pull Secrets that its Pods have besides. */
export interface StageService {
  readonly name: string;
  readonly ownPullSecrets: readonly string[];
}

export interface ObservedStage {
  readonly stage: PipelineStage;
  readonly claim: Claim;
  /** Of a stage that has its namespace. */
  readonly resolution?: Resolution;
  /** What is left to do about its projected Secret. */
  readonly plan?: ProjectionPlan;
  /** `resourceVersion` of the projected Secret, where there is one of ours. */
  readonly projected?: string | undefined;
  readonly services: readonly StageService[];
}

/** The status of a pipeline. Pure; `now` (RFC 3339) is written only where a condition changes. */
export function pipelineStatusFrom(pipeline: Pipeline, stages: readonly ObservedStage[], now: string): PipelineStatus {
  const claims = stages.flatMap(({ claim }) => (claim.state === 'refused' ? [claim] : []));
  const problems = stages.flatMap(({ resolution }) => resolution?.problems ?? []);
  const results = withReady({
    // Before the others, as nothing is known of a stage that is none.
    StagesAvailable: conditionOf(claims, 'Available'),
    ...credentialConditions(problems),
    Projected: projectedFrom(stages),
  });
  return {
    observedGeneration: pipeline.metadata.generation ?? 1,
    stages: stages.map(stageStatus),
    conditions: conditionsFrom(pipeline, results, now),
  };
}

function projectedFrom(stages: readonly ObservedStage[]): ConditionResult {
  const problems = stages.flatMap(({ plan }) => {
    if (plan?.action === 'conflict') return [{ reason: 'OwnershipConflict', message: plan.message }];
    return plan?.action === 'too-large' ? [{ reason: 'TooLarge', message: plan.message }] : [];
  });
  if (problems.length > 0) return conditionOf(problems, '');
  const pending = stages.filter(({ plan }) => plan && plan.action !== 'nothing');
  if (pending.length === 0) return { status: 'True', reason: 'Projected' };
  const names = pending.map(({ stage }) => stage.namespace).join(', ');
  return { status: 'Unknown', reason: 'Projecting', message: `Secret ${pullSecretName} is to be written in ${names}` };
}

function stageStatus({ stage, claim, resolution, projected, services }: ObservedStage): PipelineStageStatus {
  const { name, namespace } = stage;
  if (claim.state === 'refused') return { name, namespace, reason: claim.reason, message: claim.message };
  const { effective, masked } = resolution ? credentialStatus(resolution) : { effective: [], masked: [] };
  return {
    name,
    namespace,
    effective,
    ...(masked.length > 0 ? { masked } : {}),
    ...(projected ? { projected: { name: pullSecretName, revision: projected } } : {}),
    ...(services.length > 0
      ? {
          services: services.map(({ name: service, ownPullSecrets }) => ({
            name: service,
            ...(ownPullSecrets.length > 0 ? { ownPullSecrets: [...ownPullSecrets] } : {}),
          })),
        }
      : {}),
  };
}
