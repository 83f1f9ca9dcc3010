import type { Pipeline, PipelineStageStatus } from '@serval/api';
import { findCondition } from '@serval/kube/objects';

type Entry = NonNullable<PipelineStageStatus['effective']>[number];
type Masked = NonNullable<PipelineStageStatus['masked']>[number];

export const pipelineColumns = {
  namespace: 'NAMESPACE',
  name: 'NAME',
  stages: 'STAGES',
  ready: 'READY',
  reason: 'REASON',
};

/** What was observed last; nothing that was observed of an older specification is told as if it were of this one. */
export function pipelineRow({ metadata, spec, status }: Pipeline) {
  const isCurrent = status?.observedGeneration === metadata.generation;
  const ready = isCurrent ? findCondition(status?.conditions, 'Ready') : undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    stages: spec.stages.map(({ name }) => name).join(' → '),
    ready: ready?.status ?? 'Unknown',
    reason: ready?.status === 'True' ? '' : (ready?.message ?? ready?.reason ?? 'not observed yet'),
  };
}

export const stageColumns = {
  stage: 'STAGE',
  namespace: 'NAMESPACE',
  services: 'SERVICES',
  secret: 'SECRETS',
  state: 'STATE',
};

export function stageRows({ spec, status }: Pipeline) {
  return spec.stages.map(({ name, namespace }) => {
    const seen = status?.stages?.find((stage) => stage.name === name);
    const problem = seen?.reason ?? (seen && entriesOf(seen).effective.find(({ reason }) => reason)?.reason);
    return {
      stage: name,
      namespace,
      services: (seen?.services ?? []).map((service) => service.name).join(', '),
      secret: [seen?.projected, seen?.projectedStorage].flatMap((projected) => projected?.name ?? []).join(', '),
      state: problem ?? (seen ? 'ok' : 'not observed yet'),
    };
  });
}

export const reviewColumns = {
  namespace: 'REVIEW',
  service: 'SERVICE',
  promotion: 'PROMOTION',
  expires: 'EXPIRES',
  state: 'STATE',
};

/** Environments for review that there are, or why one is not. */
export function reviewRows({ status }: Pipeline) {
  return (status?.reviews ?? []).map(({ namespace, service, promotion, expiresAt, reason }) => ({
    namespace: namespace ?? '',
    service: service ?? '',
    promotion: promotion ?? '',
    expires: expiresAt ?? '',
    state: reason ?? 'ok',
  }));
}

export const effectiveColumns = {
  stage: 'STAGE',
  match: 'MATCH',
  layer: 'LAYER',
  secret: 'SECRET',
  grant: 'GRANTED BY',
  state: 'STATE',
};

/** Credentials of a stage for images, and after them those for models. */
function entriesOf({ effective = [], masked = [], effectiveStorage = [], maskedStorage = [] }: PipelineStageStatus): {
  effective: Entry[];
  masked: Masked[];
} {
  return { effective: [...effective, ...effectiveStorage], masked: [...masked, ...maskedStorage] };
}

/** What each stage pulls and reads with, what it does not, and why: never a value. */
export function effectiveRows({ status }: Pipeline, stage: string | undefined) {
  return (status?.stages ?? [])
    .filter(({ name }) => stage === undefined || name === stage)
    .map((stage) => ({ ...stage, ...entriesOf(stage) }))
    .flatMap(({ name, effective, masked, reason }) => [
      ...(reason ? [{ stage: name, match: '', layer: '', secret: '', grant: '', state: reason }] : []),
      ...effective.map((entry) => ({
        stage: name,
        ...row(entry),
        grant: entry.grantedBy ?? '',
        state: entry.reason ?? 'used',
      })),
      ...masked.map((entry) => ({
        stage: name,
        ...row(entry),
        grant: '',
        state: `masked by ${entry.maskedBy ?? '?'}`,
      })),
    ]);
}

function row({ match = '', source, sourceRef }: Entry | Masked) {
  return { match, layer: source ?? '', secret: sourceRef ? `${sourceRef.namespace}/${sourceRef.name}` : '' };
}

/** What is wrong, each once, for below a table. */
export function problemLines({ status }: Pipeline, stage: string | undefined): string[] {
  const stages = (status?.stages ?? []).filter(({ name }) => stage === undefined || name === stage);
  const lines = stages.flatMap(({ name, reason, message, ...entries }) => [
    ...(reason ? [`${name}: ${reason}: ${message ?? ''}`] : []),
    ...entriesOf({ name, ...entries }).effective.flatMap((entry) =>
      entry.reason ? [`${name}: ${entry.reason}: ${entry.message ?? ''}`] : [],
    ),
  ]);
  return [...new Set(lines)];
}

/** What services have of their own, which pipelines cannot revoke. */
export function ownLines({ status }: Pipeline): string[] {
  return (status?.stages ?? []).flatMap(({ name, services = [] }) =>
    services.flatMap(({ name: service, ownPullSecrets = [], ownStorage = [] }) => [
      ...(ownPullSecrets.length > 0 ? [`${name}: ${service} also pulls with ${ownPullSecrets.join(', ')}`] : []),
      ...(ownStorage.length > 0 ? [`${name}: ${service} reads with its own ${ownStorage.join(', ')}`] : []),
    ]),
  );
}
