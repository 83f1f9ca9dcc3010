import type { AnyObject } from '@serval/kube/objects';
import type { Attributes, Authorizer, ServiceAccountTokens } from '../access/index.ts';
import type { User } from '../registry/request-options.ts';
import type { KindRow } from './define.ts';

type Answer = (object: AnyObject, user: User) => unknown;

function review(group: string, kind: string, status: Answer, namespaced = false): KindRow {
  return {
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    clusterScoped: !namespaced,
    verbs: ['create'],
    answerCreate: (object, user) => ({ ...object, status: status(object, user) }),
  };
}

/** Questions about who one is and what one may do; answered, not stored. */
export function reviewRows(authorizer: Authorizer, tokens: ServiceAccountTokens): KindRow[] {
  const decide = (user: User, object: AnyObject) => {
    const reason = authorizer.authorize(user, attributesOfReview(object));
    return reason === undefined ? { allowed: false } : { allowed: true, reason };
  };
  const ofSubject: Answer = (object) => decide(subjectOf(object), object);
  const self = review('authentication.k8s.io', 'SelfSubjectReview', (_object, user) => ({ userInfo: userInfo(user) }));
  return [
    self,
    { ...self, version: 'v1beta1' },
    review('authentication.k8s.io', 'TokenReview', (object) => reviewToken(tokens, object)),
    review('authorization.k8s.io', 'SelfSubjectAccessReview', (object, user) => decide(user, object)),
    review('authorization.k8s.io', 'SubjectAccessReview', ofSubject),
    review('authorization.k8s.io', 'LocalSubjectAccessReview', ofSubject, true),
    review('authorization.k8s.io', 'SelfSubjectRulesReview', (object, user) => {
      const rules = authorizer.rulesOf(user, String(object['spec']?.namespace ?? ''));
      return {
        resourceRules: rules.filter(({ resources }) => resources),
        nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs),
        incomplete: false,
      };
    }),
  ];
}

function userInfo({ name, uid, groups }: User) {
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups] };
}

function subjectOf({ spec }: AnyObject): User {
  return { name: String(spec?.user ?? ''), groups: Array.isArray(spec?.groups) ? spec.groups.map(String) : [] };
}

function attributesOfReview({ spec }: AnyObject): Attributes {
  const path = spec?.nonResourceAttributes;
  if (path) return { verb: String(path.verb ?? ''), path: String(path.path ?? '') };
  const asked = (spec?.resourceAttributes ?? {}) as Record<string, unknown>;
  const text = (field: string) => String(asked[field] ?? '');
  return {
    verb: text('verb'),
    group: text('group'),
    version: text('version'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  };
}

function reviewToken(tokens: ServiceAccountTokens, { spec }: AnyObject): unknown {
  const audiences = Array.isArray(spec?.audiences) ? spec.audiences.map(String) : undefined;
  const user = tokens.userOf(String(spec?.token ?? ''), audiences?.length ? audiences : undefined);
  if (!user) return { authenticated: false, error: 'the token is not valid here, or no longer' };
  return { authenticated: true, user: userInfo(user), ...(audiences ? { audiences } : {}) };
}
