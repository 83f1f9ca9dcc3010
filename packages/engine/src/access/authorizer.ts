import { type AnyObject, type LabelSelector, labelSelectorMatcher } from '@serval/kube/objects';
import type { User } from '../registry/request-options.ts';
import type { Store } from '../store/store.ts';
import type { Attributes } from './attributes.ts';
import { type PolicyRule, ruleAllows } from './policy-rule.ts';

export interface RoleRef {
  kind: string;
  name: string;
}
interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}
interface Binding {
  name: string;
  /** Empty for a ClusterRoleBinding. */
  namespace: string;
  role: RoleRef;
}

/** Why a request is let through; `undefined` when nothing lets it. */
type Grant = string | undefined;

export interface Authorizer {
  authorize(user: User, attributes: Attributes): Grant;
  /** Every rule that holds for a user in a namespace (empty: those of the whole cluster only). */
  rulesOf(user: User, namespace: string): PolicyRule[];
  /** Rules of a role; of a ClusterRole with an aggregationRule, those of the roles that it gathers. */
  rulesOfRole(role: RoleRef, namespace: string): PolicyRule[];
}

/** Members may do everything, whatever the stored rules say. */
export const superusers = 'system:masters';

const group = 'rbac.authorization.k8s.io';
const bindingKinds = [`${group}/clusterrolebindings`, `${group}/rolebindings`];

/** RBAC by the roles and bindings of the store. Nothing denies: what no rule allows is refused. */
export function createAuthorizer(store: Store): Authorizer {
  let index: Map<string, Binding[]> | undefined;
  for (const kind of bindingKinds) {
    store.subscribe(kind, () => {
      index = undefined;
    });
  }

  /** Looked at for every request, and written rarely. */
  function bindingsBySubject(): Map<string, Binding[]> {
    index ??= indexBindings(bindingKinds.flatMap((kind) => store.list(kind)));
    return index;
  }

  function* bindingsOf(user: User, namespace: string): Generator<Binding> {
    const bySubject = bindingsBySubject();
    for (const subject of [`User ${user.name}`, ...user.groups.map((name) => `Group ${name}`)]) {
      for (const binding of bySubject.get(subject) ?? []) {
        if (binding.namespace === '' || binding.namespace === namespace) yield binding;
      }
    }
  }

  function rulesOfRole({ kind, name }: RoleRef, namespace: string): PolicyRule[] {
    const isCluster = kind === 'ClusterRole';
    const role = store.get(`${group}/${isCluster ? 'clusterroles' : 'roles'}`, `${isCluster ? '' : namespace}/${name}`);
    return role ? gather(role, new Set()) : [];
  }

  /** Upstream's controller writes gathered rules into the role; here they are gathered whenever they are asked for. */
  function gather(role: AnyObject, seen: Set<AnyObject>): PolicyRule[] {
    if (seen.has(role)) return [];
    seen.add(role);
    const selectors = role['aggregationRule']?.clusterRoleSelectors as LabelSelector[] | undefined;
    if (!selectors) return (role['rules'] ?? []) as PolicyRule[];
    const matchers = selectors.map(labelSelectorMatcher);
    return store
      .list(`${group}/clusterroles`)
      .filter(({ metadata }) => matchers.some((matches) => matches(metadata.labels)))
      .flatMap((other) => gather(other, seen));
  }

  return {
    rulesOfRole,
    rulesOf(user, namespace) {
      if (user.groups.includes(superusers)) {
        return [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ];
      }
      return [...bindingsOf(user, namespace)].flatMap(({ role, namespace: at }) => rulesOfRole(role, at));
    },
    authorize(user, attributes) {
      if (user.groups.includes(superusers)) return `user is a member of ${superusers}`;
      const namespace = attributes.path === undefined ? attributes.namespace : '';
      for (const binding of bindingsOf(user, namespace)) {
        const rules = rulesOfRole(binding.role, binding.namespace);
        if (rules.some((rule) => ruleAllows(rule, attributes))) return explain(binding, user);
      }
      return undefined;
    },
  };
}

function explain({ name, namespace, role }: Binding, user: User): string {
  const binding = namespace === '' ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  return `RBAC: allowed by ${binding} of ${role.kind} "${role.name}" to User "${user.name}"`;
}

function indexBindings(objects: readonly AnyObject[]): Map<string, Binding[]> {
  const bySubject = new Map<string, Binding[]>();
  for (const object of objects) {
    const namespace = object.metadata.namespace ?? '';
    const binding: Binding = { name: object.metadata.name ?? '', namespace, role: object['roleRef'] as RoleRef };
    for (const subject of (object['subjects'] ?? []) as Subject[]) {
      const key = subjectKey(subject, namespace);
      const known = bySubject.get(key);
      if (known) known.push(binding);
      else bySubject.set(key, [binding]);
    }
  }
  return bySubject;
}

function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${name}`;
  return `User ${serviceAccountUser(namespace || bindingNamespace, name)}`;
}

/** The name under which a ServiceAccount asks. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The groups that a name brings: those of ServiceAccounts, and that of all who are known. */
export function groupsOf(userName: string): string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(userName) ?? [];
  const known = 'system:authenticated';
  if (userName === 'system:anonymous') return ['system:unauthenticated'];
  return namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, known] : [known];
}
