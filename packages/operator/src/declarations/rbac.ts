import { servingGroup } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';

export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const watch = ['get', 'list', 'watch'];
/** Server-side apply creates and patches. */
const own = [...watch, 'create', 'patch', 'delete'];

/** Exactly what the operator asks of the API server. */
export const operatorRules: readonly PolicyRule[] = [
  {
    apiGroups: [servingGroup],
    resources: ['inferenceservices', 'servingruntimes', 'clusterservingruntimes'],
    verbs: watch,
  },
  { apiGroups: [servingGroup], resources: ['inferenceservices/status'], verbs: ['update'] },
  // blockOwnerDeletion on children needs it where OwnerReferencesPermissionEnforcement is on.
  { apiGroups: [servingGroup], resources: ['inferenceservices/finalizers'], verbs: ['update'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: own },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: watch },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: own },
  { apiGroups: [''], resources: ['services'], verbs: own },
  { apiGroups: [''], resources: ['pods', 'configmaps'], verbs: watch },
  // Of a service account, when a Pod is admitted: never listed or watched.
  { apiGroups: [''], resources: ['serviceaccounts', 'secrets'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'], verbs: own },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways', 'gatewayclasses'], verbs: watch },
];

export const operatorRoleName = 'serval-operator';

export function operatorClusterRole(): KubeObject & { rules: PolicyRule[] } {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: operatorRoleName, labels: { 'app.kubernetes.io/part-of': 'serval' } },
    rules: structuredClone([...operatorRules]),
  };
}
