import type { ApiRequest } from '@serval/kube/client';
import {
  inProcessDuties,
  operatorClusterRules,
  operatorNamespacedRules,
  type PolicyRule,
} from '@serval/operator/declarations';

const verbsOfMethod = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;
const resourcePath =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/[^/]+(?=\/[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

/** What a request needs, as RBAC names it: group, resource (with subresource) and verb. */
export function accessOf({ method, path }: Pick<ApiRequest, 'method' | 'path'>): {
  group: string;
  resource: string;
  verb: string;
} {
  const [bare = '', query = ''] = path.split('?');
  const parts = resourcePath.exec(bare)?.groups;
  if (!parts?.['plural']) throw new Error(`${method} ${path} is no request for a resource`);
  const { group = '', plural, name, subresource } = parts;
  const reading = name ? 'get' : new URLSearchParams(query).has('watch') ? 'watch' : 'list';
  return {
    group,
    resource: subresource ? `${plural}/${subresource}` : plural,
    verb: method === 'GET' ? reading : verbsOfMethod[method],
  };
}

/** Requests that the operator's own declaration of its rights does not cover. */
export function uncovered(
  requests: readonly Pick<ApiRequest, 'method' | 'path'>[],
  rules: readonly PolicyRule[] = [
    ...operatorClusterRules(inProcessDuties),
    ...operatorNamespacedRules(inProcessDuties),
  ],
): string[] {
  const missing = requests
    .map(accessOf)
    .filter(
      ({ group, resource, verb }) =>
        !rules.some(
          (rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb),
        ),
    );
  return [...new Set(missing.map(({ group, resource, verb }) => `${verb} ${resource}.${group}`))];
}
