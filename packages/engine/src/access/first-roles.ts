import type { AnyObject } from '@serval/kube/objects';
import type { PolicyRule } from './policy-rule.ts';

const group = 'rbac.authorization.k8s.io';
const apiVersion = `${group}/v1`;
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];

function role(name: string, rules: PolicyRule[], gathers?: string): AnyObject {
  return {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name, labels: gathers ? { ...labels, [`${group}/aggregate-to-${gathers}`]: 'true' } : labels },
    rules,
  };
}

/** A role that gathers the rules of all roles that are labelled for it; definitions of others join in with theirs. */
function gathering(name: string, from: string, isGatheredBy?: string): AnyObject {
  return {
    ...role(name, [], isGatheredBy),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${group}/aggregate-to-${from}`]: 'true' } }] },
  };
}

function binding(name: string, groups: string[]): AnyObject {
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: groups.map((subject) => ({ apiGroup: group, kind: 'Group', name: subject })),
  };
}

/** Of namespaces' own kinds: apiGroup to resources. Secrets and what grants access are left to `edit` and `admin`. */
const namespaced: [string, string[]][] = [
  ['', ['configmaps', 'endpoints', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services']],
  ['apps', ['deployments', 'deployments/scale', 'replicasets', 'replicasets/scale', 'statefulsets', 'daemonsets']],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['policy', ['poddisruptionbudgets']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
];
const readOnly: [string, string[]][] = [
  ['', ['events', 'namespaces', 'pods/log', 'pods/status', 'services/status', 'persistentvolumeclaims/status']],
  ['discovery.k8s.io', ['endpointslices']],
];

const rulesWith = (table: [string, string[]][], verbs: string[]): PolicyRule[] =>
  table.map(([apiGroup, resources]) => ({ apiGroups: [apiGroup], resources, verbs }));

/** What every cluster has from the start, under the names of Kubernetes. Only created when missing: people may change them. */
export const firstRoles: readonly AnyObject[] = [
  role('cluster-admin', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ]),
  role('system:discovery', [
    {
      nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version', '/version/'],
      verbs: ['get'],
    },
    { nonResourceURLs: ['/healthz', '/livez', '/readyz'], verbs: ['get'] },
  ]),
  role('system:basic-user', [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ]),
  gathering('admin', 'admin'),
  gathering('edit', 'edit', 'admin'),
  gathering('view', 'view', 'edit'),
  role('system:aggregate-to-view', [...rulesWith(namespaced, read), ...rulesWith(readOnly, read)], 'view'),
  role(
    'system:aggregate-to-edit',
    [
      ...rulesWith(namespaced, write),
      { apiGroups: [''], resources: ['secrets'], verbs: [...read, ...write] },
      { apiGroups: [''], resources: ['pods/eviction', 'serviceaccounts/token'], verbs: ['create'] },
      { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
    ],
    'edit',
  ),
  role(
    'system:aggregate-to-admin',
    [
      { apiGroups: [group], resources: ['roles', 'rolebindings'], verbs: [...read, ...write] },
      { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
    ],
    'admin',
  ),
  binding('cluster-admin', ['system:masters']),
  binding('system:discovery', ['system:authenticated']),
  binding('system:basic-user', ['system:authenticated']),
];
