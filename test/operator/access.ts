import { defaultCredentialNamespace } from '@serval/api';
import type { ApiRequest } from '@serval/kube/client';
import {
  inProcessDuties,
  operatorClusterRules,
  operatorCredentialRules,
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
  /** In the path, or of a list by `fieldSelector=metadata.name=`. */
  name?: string;
} {
  const [bare = '', query = ''] = path.split('?');
  const parts = resourcePath.exec(bare)?.groups;
  if (!parts?.['plural']) throw new Error(`${method} ${path} is no request for a resource`);
  const { group = '', plural, name, subresource } = parts;
  const parameters = new URLSearchParams(query);
  const reading = name ? 'get' : parameters.has('watch') ? 'watch' : 'list';
  const selected = name ?? /^metadata\.name=([^,]+)$/.exec(parameters.get('fieldSelector') ?? '')?.[1];
  return {
    group,
    resource: subresource ? `${plural}/${subresource}` : plural,
    verb: method === 'GET' ? reading : verbsOfMethod[method],
    ...(selected ? { name: selected } : {}),
  };
}

/** Requests that the operator's own declaration of its rights does not cover. */
export function uncovered(
  requests: readonly Pick<ApiRequest, 'method' | 'path'>[],
  rules: readonly PolicyRule[] = [
    ...operatorClusterRules(inProcessDuties),
    ...operatorNamespacedRules(inProcessDuties),
  ],
  credentialNamespaces: readonly string[] = [defaultCredentialNamespace],
): string[] {
  const missing = requests
    .map((request) => ({ ...accessOf(request), here: rulesFor(request.path, rules, credentialNamespaces) }))
    .filter(
      ({ group, resource, verb, name, here }) =>
        !here.some(
          (rule) =>
            rule.apiGroups.includes(group) &&
            rule.resources.includes(resource) &&
            rule.verbs.includes(verb) &&
            (!rule.resourceNames || (name !== undefined && rule.resourceNames.includes(name))),
        ),
    );
  return [...new Set(missing.map(({ group, resource, verb }) => `${verb} ${resource}.${group}`))];
}

function rulesFor(path: string, rules: readonly PolicyRule[], credentialNamespaces: readonly string[]) {
  const isThere = credentialNamespaces.some((namespace) => path.includes(`/namespaces/${namespace}/`));
  return isThere ? [...rules, ...operatorCredentialRules()] : rules;
}
