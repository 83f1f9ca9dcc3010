import { servalKinds } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { type PolicyRule, partOfLabels } from '@serval/operator/declarations';

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/**
 * Roles that add Serval's kinds to `view`, `edit` and `admin` of every cluster, by Kubernetes' own aggregation labels. `edit` contains
 * `view`, and `admin` contains `edit`, so each names only what it adds: who administrates all namespaces may also change what belongs to
 * none.
 */
export function userRoles(): AnyObject[] {
  return [
    userRole('view', [...rules(kinds(), read), ...rules(kinds(true), ['get'], '/status')]),
    userRole('edit', rules(kinds(true), write)),
    userRole('admin', rules(kinds(false), write)),
  ];
}

/** Plurals by group, of the kinds that live in namespaces, those that do not, or all. */
function kinds(namespaced?: boolean): Map<string, string[]> {
  const resources = servalKinds.flatMap(({ resource }) =>
    namespaced === undefined || resource.namespaced === namespaced ? [resource] : [],
  );
  const byGroup = Map.groupBy(resources, ({ group }) => group);
  return new Map([...byGroup].map(([group, list]) => [group, [...new Set(list.map(({ plural }) => plural))]]));
}

function rules(kindsByGroup: Map<string, string[]>, verbs: readonly string[], subresource = ''): PolicyRule[] {
  return [...kindsByGroup].map(([group, plurals]) => ({
    apiGroups: [group],
    resources: plurals.map((plural) => `${plural}${subresource}`),
    verbs: [...verbs],
  }));
}

function userRole(role: 'view' | 'edit' | 'admin', roleRules: PolicyRule[]): AnyObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name: `serval-${role}`,
      labels: { ...partOfLabels, [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' },
    },
    rules: roleRules,
  };
}
