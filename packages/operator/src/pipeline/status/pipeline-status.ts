import type { Pipeline, PipelineStage, PipelineStageStatus, PipelineStatus } from '@serval/api';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import { conditionsFrom } from '../../conditions/conditions-from.ts';
import type { ProjectionPlan } from '../projection/plan-projection.ts';
import type { AnyResolution } from '../projection/projection.ts';
import type { Claim } from '../stage-claims.ts';
import { conditionOf, credentialConditions, withReady } from './conditions.ts';
import { credentialStatus } from './credential-status.ts';

/** A service of a stage, and what is its own besides. */
export interface StageService {
  readonly name: string;
  /** Pull Secrets of its Pods. */
  readonly ownPullSecrets: readonly string[];
  /** What says how its models are read. */
  readonly ownStorage: readonly string[];
  /** Of what was promoted, and the Promotion that brought it. */
  readonly digest?: string;
  readonly promotion?: string;
}

/** Credentials of one kind in a stage. */
export interface ObservedCredentials<Resolved extends AnyResolution = AnyResolution> {
  readonly resolution: Resolved;
  /** Name of the projected Secret. */
  readonly name: string;
  /** What is left to do about it. */
  readonly plan: ProjectionPlan;
  /** Its `resourceVersion`, where there is one of ours. */
  readonly revision: string | undefined;
  /** Why the API server does not take it. */
  readonly refusal?: string | undefined;
}

export interface ObservedStage {
  readonly stage: PipelineStage;
  readonly claim: Claim;
  /** Of a stage that has its namespace. */
  readonly registry?: ObservedCredentials;
  readonly storage?: ObservedCredentials;
  readonly services: readonly StageService[];
}

/** The status of a pipeline. Pure; `now` (RFC 3339) is written only where a condition changes. */
export function pipelineStatusFrom(pipeline: Pipeline, stages: readonly ObservedStage[], now: string): PipelineStatus {
  const claims = stages.flatMap(({ claim }) => (claim.state === 'refused' ? [claim] : []));
  const problems = stages.flatMap(credentialsOf).flatMap(({ resolution }) => resolution.problems);
  const results = withReady({
    // Before the others, as nothing is known of a stage that is none.
    StagesAvailable: conditionOf(claims, 'Available'),
    ...credentialConditions(problems),
    Projected: projectedFrom(stages),
  });
  return {
    observedGeneration: pipeline.metadata.generation ?? 1,
    stages: stages.map(stageStatus),
    // Told by who makes them.
    ...(pipeline.status?.reviews ? { reviews: pipeline.status.reviews } : {}),
    conditions: conditionsFrom(pipeline, results, now),
  };
}

function credentialsOf({ registry, storage }: ObservedStage): ObservedCredentials[] {
  return [registry, storage].flatMap((credentials) => credentials ?? []);
}

function projectedFrom(stages: readonly ObservedStage[]): ConditionResult {
  const all = stages.flatMap((observed) =>
    credentialsOf(observed).map(({ name, plan, refusal }) => {
      return { name, plan, refusal, namespace: observed.stage.namespace };
    }),
  );
  const problems = all.flatMap(({ name, namespace, plan, refusal }) => {
    if (plan.action === 'conflict') return [{ reason: 'OwnershipConflict', message: plan.message }];
    if (plan.action === 'too-large') return [{ reason: 'TooLarge', message: plan.message }];
    if (plan.action === 'nothing' || !refusal) return [];
    const message = `Secret ${namespace}/${name} cannot be written: ${refusal}; it is tried again`;
    return [{ reason: 'WriteRefused', message }];
  });
  if (problems.length > 0) return conditionOf(problems, '');
  const pending = all.filter(({ plan }) => plan.action !== 'nothing');
  if (pending.length === 0) return { status: 'True', reason: 'Projected' };
  const names = pending.map(({ name, namespace }) => `${namespace}/${name}`).join(', ');
  return { status: 'Unknown', reason: 'Projecting', message: `Secrets are to be written: ${names}` };
}

function stageStatus({ stage, claim, registry, storage, services }: ObservedStage): PipelineStageStatus {
  const { name, namespace } = stage;
  if (claim.state === 'refused') return { name, namespace, reason: claim.reason, message: claim.message };
  const images = statusOf(registry);
  const models = statusOf(storage);
  return {
    name,
    namespace,
    effective: images.effective,
    ...(images.masked.length > 0 ? { masked: images.masked } : {}),
    ...(models.effective.length > 0 ? { effectiveStorage: models.effective } : {}),
    ...(models.masked.length > 0 ? { maskedStorage: models.masked } : {}),
    ...(images.projected ? { projected: images.projected } : {}),
    ...(models.projected ? { projectedStorage: models.projected } : {}),
    ...(services.length > 0
      ? {
          services: services.map(({ name: service, ownPullSecrets, ownStorage, ...brought }) => ({
            name: service,
            ...brought,
            ...(ownPullSecrets.length > 0 ? { ownPullSecrets: [...ownPullSecrets] } : {}),
            ...(ownStorage.length > 0 ? { ownStorage: [...ownStorage] } : {}),
          })),
        }
      : {}),
  };
}

function statusOf(credentials: ObservedCredentials | undefined) {
  if (!credentials) return { effective: [], masked: [] };
  const { resolution, name, revision } = credentials;
  return { ...credentialStatus(resolution), ...(revision ? { projected: { name, revision } } : {}) };
}
