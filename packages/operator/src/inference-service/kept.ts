import type { Container, ObjectMeta, Pod, ReplicaSet } from '@serval/kube/objects';
import { readCheckLabel } from '../names.ts';

/** By which a Deployment's controller numbers its ReplicaSets. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

/**
 * What is kept of Pods in the cache: who they belong to and how they are. Thousands of services have thousands of Pods, whose specifications
 * nobody here reads but for which init containers run on beside the others, and which pull secrets they have. Of the few that look whether a model
 * can be read, what they ask for is kept as well.
 */
export function keptPod({ apiVersion, kind, metadata, spec, status }: Pod): Pod {
  const isCheck = metadata.labels?.[readCheckLabel] !== undefined;
  const containers = spec.containers.map(({ name, image }) => ({ name, image }) as Container);
  const asked = isCheck ? { containers, serviceAccountName: spec.serviceAccountName ?? 'default' } : undefined;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== undefined);
  return {
    ...(apiVersion ? { apiVersion } : {}),
    ...(kind ? { kind } : {}),
    metadata: asked ? { ...keptMetadata(metadata), annotations: metadata.annotations ?? {} } : keptMetadata(metadata),
    spec: {
      ...(asked ?? { containers: [] }),
      initContainers: sidecars.map(({ name, restartPolicy }) => ({ name, restartPolicy }) as Container),
      ...(spec.imagePullSecrets ? { imagePullSecrets: spec.imagePullSecrets } : {}),
    },
    ...(status ? { status } : {}),
  } as Pod;
}

/** What is kept of ReplicaSets: whose they are, and their revision. */
export function keptReplicaSet({ apiVersion, kind, metadata, spec, status }: ReplicaSet): ReplicaSet {
  const revision = metadata.annotations?.[revisionAnnotation];
  const annotations = revision === undefined ? {} : { annotations: { [revisionAnnotation]: revision } };
  return {
    ...(apiVersion ? { apiVersion } : {}),
    ...(kind ? { kind } : {}),
    metadata: { ...keptMetadata(metadata), ...annotations },
    spec: {
      ...(spec.replicas === undefined ? {} : { replicas: spec.replicas }),
      selector: {},
      template: { spec: { containers: [] } },
    },
    ...(status ? { status } : {}),
  } as ReplicaSet;
}

function keptMetadata(metadata: ObjectMeta): ObjectMeta {
  const { annotations: _annotations, managedFields: _managed, ...kept } = metadata;
  return kept;
}
