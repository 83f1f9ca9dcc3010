import type { AnyObject } from '@serval/kube/objects';
import { storeKey } from '../store/change.ts';
import type { RegistryDeps } from './deps.ts';
import type { ServedResource } from './served-resource.ts';

/**
 * A new Pod that names no pull secrets has those of its ServiceAccount, before any webhook sees it (Kubernetes, ServiceAccount admission).
 * An account that is not there gives none; Kubernetes refuses the Pod.
 */
export function withAccountPullSecrets(deps: RegistryDeps, resource: ServedResource, pod: AnyObject): AnyObject {
  if (resource.stored.id !== '/pods') return pod;
  const spec = pod['spec'] as { serviceAccountName?: string; imagePullSecrets?: unknown[] } | undefined;
  if (!spec || (spec.imagePullSecrets?.length ?? 0) > 0) return pod;
  const key = storeKey(pod.metadata.namespace ?? '', spec.serviceAccountName || 'default');
  const account = deps.store.get('/serviceaccounts', key) as AnyObject | undefined;
  const own = (account?.['imagePullSecrets'] ?? []) as object[];
  return own.length > 0 ? { ...pod, spec: { ...spec, imagePullSecrets: structuredClone(own) } } : pod;
}
