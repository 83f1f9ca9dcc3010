import type { KubeObject, Pod } from '@serval/kube/objects';
import { containersOf } from '../container/environment.ts';

export type ReferencedKind = 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim';

/** Whether a Pod's env or volumes name this object. */
export function podReferences(pod: Pod, kind: ReferencedKind, { metadata }: KubeObject): boolean {
  return pod.metadata.namespace === metadata.namespace && referencesOf(pod, kind).has(metadata.name ?? '');
}

function referencesOf(pod: Pod, kind: ReferencedKind): Set<string> {
  const names: (string | undefined)[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (kind === 'PersistentVolumeClaim') names.push(volume.persistentVolumeClaim?.claimName);
    else names.push(kind === 'Secret' ? volume.secret?.secretName : volume.configMap?.name);
    for (const source of (volume.projected?.sources ?? []) as { secret?: Named; configMap?: Named }[]) {
      names.push(kind === 'Secret' ? source.secret?.name : kind === 'ConfigMap' ? source.configMap?.name : undefined);
    }
  }
  for (const { env = [], envFrom = [] } of containersOf(pod)) {
    for (const { valueFrom } of env) {
      names.push(
        kind === 'Secret'
          ? valueFrom?.secretKeyRef?.name
          : kind === 'ConfigMap'
            ? valueFrom?.configMapKeyRef?.name
            : undefined,
      );
    }
    for (const { configMapRef, secretRef } of envFrom) {
      names.push(kind === 'Secret' ? secretRef?.name : kind === 'ConfigMap' ? configMapRef?.name : undefined);
    }
  }
  return new Set(names.filter((name) => name !== undefined));
}

interface Named {
  name?: string;
}
