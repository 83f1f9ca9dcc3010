import type { AnyObject } from '@serval/kube/objects';
import type { User } from '../registry/request-options.ts';
import type { KindRow } from './define.ts';

const allowed = { allowed: true, reason: 'every valid token is an administrator of this server' };

function userInfo({ name, groups }: User) {
  return { username: name, groups: [...groups] };
}

function withStatus(status: (object: AnyObject, user: User) => unknown): NonNullable<KindRow['answerCreate']> {
  return (object, user) => ({ ...object, status: status(object, user) });
}

function review(
  group: string,
  kind: string,
  status: (object: AnyObject, user: User) => unknown,
  namespaced = false,
): KindRow {
  return {
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    clusterScoped: !namespaced,
    verbs: ['create'],
    answerCreate: withStatus(status),
  };
}

/** Questions about who one is and what one may do; answered, not stored. */
export const reviewRows: readonly KindRow[] = [
  review('authentication.k8s.io', 'SelfSubjectReview', (_object, user) => ({ userInfo: userInfo(user) })),
  {
    ...review('authentication.k8s.io', 'SelfSubjectReview', (_object, user) => ({ userInfo: userInfo(user) })),
    version: 'v1beta1',
  },
  review('authorization.k8s.io', 'SelfSubjectAccessReview', () => allowed),
  review('authorization.k8s.io', 'SubjectAccessReview', () => allowed),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', () => allowed, true),
  review('authorization.k8s.io', 'SelfSubjectRulesReview', () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  })),
];
