import { StatusError } from '@serval/kube/objects';
import type { User } from '../registry/request-options.ts';
import { describeAttributes } from './attributes.ts';
import { type Authorizer, groupsOf, serviceAccountUser } from './authorizer.ts';

/**
 * The user whom the `Impersonate-*` headers name, or the user who asks. Each name, group and uid needs the verb `impersonate`, as
 * upstream. Several groups come as one header with commas between them. Throws Forbidden, or BadRequest for groups without a user.
 */
export function impersonate(user: User, headers: Readonly<Record<string, string>>, authorizer: Authorizer): User {
  const name = headers['impersonate-user'];
  const groups = headers['impersonate-group']?.split(',').map((text) => text.trim());
  const uid = headers['impersonate-uid'];
  if (name === undefined) {
    if (!groups && !uid) return user;
    throw new StatusError('BadRequest', 'requested groups or uid without impersonating a user');
  }
  const require = (resource: string, named: string, namespace = '', group = '') => {
    const attributes = { verb: 'impersonate', group, version: 'v1', resource, subresource: '', namespace, name: named };
    if (authorizer.authorize(user, attributes) !== undefined) return;
    throw new StatusError(
      'Forbidden',
      `${group ? `${resource}.${group}` : resource} "${named}" is forbidden: User "${user.name}" ${describeAttributes(attributes)}`,
      { details: { name: named, kind: resource, ...(group ? { group } : {}) } },
    );
  };
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
  if (namespace && account) require('serviceaccounts', account, namespace);
  else require('users', name);
  for (const group of groups ?? []) require('groups', group);
  if (uid) require('uids', uid, '', 'authentication.k8s.io');
  return {
    name: namespace && account ? serviceAccountUser(namespace, account) : name,
    ...(uid ? { uid } : {}),
    groups: [...new Set([...(groups ?? []), ...groupsOf(name)])],
  };
}
