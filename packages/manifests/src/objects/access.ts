import type { AnyObject } from '@serval/kube/objects';
import {
  operatorClusterRole,
  operatorRole,
  operatorRoleName,
  operatorServiceAccountName,
  partOfLabels,
} from '@serval/operator/declarations';
import { dutiesOf, type Parts } from './parts.ts';

const rbac = 'rbac.authorization.k8s.io';

/** Who the operator is, and what it may do: no more than its own declarations say that it does. */
export function operatorAccess(parts: Parts): AnyObject[] {
  const { namespace } = parts;
  const duties = dutiesOf(parts);
  const metadata = { name: operatorRoleName, labels: { ...partOfLabels } };
  const subjects = [{ kind: 'ServiceAccount', name: operatorServiceAccountName, namespace }];
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name: operatorServiceAccountName, labels: { ...partOfLabels } },
    },
    operatorClusterRole(duties),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: operatorRoleName },
      subjects,
    },
    operatorRole(duties, namespace),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { namespace, ...metadata },
      roleRef: { apiGroup: rbac, kind: 'Role', name: operatorRoleName },
      subjects,
    },
  ];
}
