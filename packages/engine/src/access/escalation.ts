import type { AnyObject } from '@serval/kube/objects';
import type { Admission, AdmissionAttributes } from '../registry/deps.ts';
import { forbidden } from '../registry/errors.ts';
import { type Authorizer, type RoleRef, superusers } from './authorizer.ts';
import { covers, type PolicyRule } from './policy-rule.ts';

const group = 'rbac.authorization.k8s.io';

/**
 * Nobody hands out more than they have: who writes a role must hold its rules or the verb `escalate`, who writes a binding must
 * hold the rules of its role or the verb `bind` (upstream's privilege escalation prevention).
 */
export function withoutEscalation(admission: Admission, authorizer: Authorizer): Admission {
  return {
    mutate: admission.mutate,
    async validate(attributes) {
      await admission.validate(attributes);
      const { resource, object, operation } = attributes;
      if (resource.group !== group || !object || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
      if (!attributes.user.groups.includes(superusers)) checkEscalation(authorizer, attributes, object);
    },
  };
}

function checkEscalation(
  authorizer: Authorizer,
  { user, resource, namespace, name, oldObject }: AdmissionAttributes,
  object: AnyObject,
): void {
  const may = (verb: string, plural: string, named: string) =>
    authorizer.authorize(user, {
      verb,
      group,
      version: 'v1',
      resource: plural,
      subresource: '',
      namespace,
      name: named,
    }) !== undefined;
  const isBinding = resource.kind.endsWith('Binding');
  const role = object['roleRef'] as RoleRef | undefined;
  if (isBinding ? sameContent(object, oldObject, 'subjects') : sameContent(object, oldObject, 'rules')) return;
  const allowed = isBinding
    ? may('bind', role?.kind === 'Role' ? 'roles' : 'clusterroles', role?.name ?? '')
    : may('escalate', resource.plural, name);
  if (allowed) return;
  const wanted = isBinding ? (role ? authorizer.rulesOfRole(role, namespace) : []) : rulesOf(object);
  const held = authorizer.rulesOf(user, namespace);
  const missing = wanted.filter((rule) => !covers(held, rule));
  if (missing.length === 0) return;
  const list = missing.map((rule) => JSON.stringify(rule)).join('\n');
  throw forbidden(
    resource,
    name,
    `user "${user.name}" (groups=${JSON.stringify(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${list}`,
  );
}

/** Rules that an aggregation gathers are those of roles that somebody was allowed to write; gathering them needs all of them. */
function rulesOf(role: AnyObject): PolicyRule[] {
  if (role['aggregationRule']) return [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  return (role['rules'] ?? []) as PolicyRule[];
}

function sameContent(object: AnyObject, old: AnyObject | null, field: string): boolean {
  return old !== null && JSON.stringify(object[field] ?? []) === JSON.stringify(old[field] ?? []);
}
