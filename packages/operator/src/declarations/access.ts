import type { AnyObject } from '@serval/kube/objects';
import { operatorServiceAccountName, partOfLabels } from './installed-names.ts';
import {
  type OperatorDuties,
  operatorClusterRoles,
  operatorCredentialRole,
  operatorRole,
  watchedNamespaceRole,
} from './rbac.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/**
 * Who the operator is, and leave for exactly what it does: for installations and for `serval up` alike.
 *
 * @param watched  namespaces that a restricted operator serves
 */
export function operatorAccessObjects(
  duties: OperatorDuties,
  namespace: string,
  watched: readonly string[] = [],
): AnyObject[] {
  const labels = { ...partOfLabels };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: operatorServiceAccountName, labels } },
    ...operatorClusterRoles(duties, namespace).flatMap((role) => bound(role, namespace)),
    ...bound(operatorRole(duties, namespace), namespace),
    ...watched.flatMap((each) => watchedNamespaceAccess(namespace, each)),
  ];
}

/** What a restricted operator may in one namespace that it serves. */
export function watchedNamespaceAccess(namespace: string, watched: string): AnyObject[] {
  return bound(watchedNamespaceRole(watched), namespace);
}

/** The role, and the operator of `namespace` bound to it. */
function bound(role: AnyObject, namespace: string): AnyObject[] {
  const { name = '', ...where } = role.metadata;
  return [
    role,
    {
      apiVersion: `${apiGroup}/v1`,
      kind: `${role.kind}Binding`,
      metadata: { ...where, name, labels: { ...partOfLabels } },
      roleRef: { apiGroup, kind: role.kind, name },
      subjects: [{ kind: 'ServiceAccount', namespace, name: operatorServiceAccountName }],
    },
  ];
}

/**
 * The namespace of the platform's credentials, and leave to watch it, so that a rotation is seen at once. No part of an installation: who
 * keeps credentials of the platform makes it beside them.
 */
export function credentialAccessObjects(credentialNamespace: string, operatorNamespace: string): AnyObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: credentialNamespace, labels: { ...partOfLabels } } },
    ...bound(operatorCredentialRole(credentialNamespace), operatorNamespace),
  ];
}
