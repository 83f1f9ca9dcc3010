import { controllerReference, type Deployment, type ReplicaSet } from '@serval/kube/objects';
import {
  desiredReplicasAnnotation,
  hashLabel,
  inheritedAnnotations,
  maxReplicasAnnotation,
  revisionAnnotation,
  revisionHistoryAnnotation,
} from './annotations.ts';
import { rolloutLimits } from './limits.ts';
import { templateHash } from './template.ts';

/** The ReplicaSet of the Deployment's current template. */
export function renderReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const { metadata, spec, status } = deployment;
  const hash = templateHash(spec.template, status?.collisionCount ?? 0);
  const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      annotations: {
        ...inheritedAnnotations(metadata.annotations),
        ...sizeAnnotations(deployment),
        [revisionAnnotation]: String(revision),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

/** From which the next change of size is told. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const { replicas, maxSurge } = rolloutLimits(deployment);
  return {
    [desiredReplicasAnnotation]: String(replicas),
    [maxReplicasAnnotation]: String(replicas > 0 ? replicas + maxSurge : 0),
  };
}

/** Revision of a ReplicaSet, 0 when it has none. */
export function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[revisionAnnotation]) || 0;
}

/** Annotations of a ReplicaSet that is the current one (again), or nothing when they are right. */
export function renewedAnnotations(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  revision: number,
): Record<string, string> | undefined {
  const current = replicaSet.metadata.annotations ?? {};
  const wanted: Record<string, string> = { ...current, ...inheritedAnnotations(deployment.metadata.annotations) };
  const before = revisionOf(replicaSet);
  if (before < revision) {
    wanted[revisionAnnotation] = String(revision);
    const history = current[revisionHistoryAnnotation];
    if (before > 0) wanted[revisionHistoryAnnotation] = history ? `${history},${before}` : String(before);
  }
  return Object.entries(wanted).every(([key, value]) => current[key] === value) ? undefined : wanted;
}
