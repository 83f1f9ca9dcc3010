import type { AnyObject } from '@serval/kube/objects';
import { operatorRoleName, operatorServiceAccountName, partOfLabels } from './installed-names.ts';
import { type OperatorDuties, operatorClusterRole, operatorRole } from './rbac.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/** Who the operator is, and leave for exactly what it does: for installations and for `serval up` alike. */
export function operatorAccessObjects(duties: OperatorDuties, namespace: string): AnyObject[] {
  const subjects = [{ kind: 'ServiceAccount', namespace, name: operatorServiceAccountName }];
  const labels = { ...partOfLabels };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: operatorServiceAccountName, labels } },
    operatorClusterRole(duties),
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: operatorRoleName, labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name: operatorRoleName },
      subjects,
    },
    operatorRole(duties, namespace),
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { namespace, name: operatorRoleName, labels },
      roleRef: { apiGroup, kind: 'Role', name: operatorRoleName },
      subjects,
    },
  ];
}
