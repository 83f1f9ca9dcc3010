import type { ApiRequest } from '@serval/kube/client';
import type { PolicyRule } from '@serval/operator/declarations';

/** As much of a request as its access depends on. */
export type Recorded = Pick<ApiRequest, 'method' | 'path'> & { contentType?: string };

/** A request as RBAC sees it. */
interface Asked {
  verb: string;
  group: string;
  /** With its subresource. */
  resource: string;
  namespace: string | undefined;
  /** Of a list or watch: what its field selector names. */
  name: string | undefined;
}

const verbsOfMethod = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;
const path =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

/**
 * What access a request takes.
 *
 * @throws for one that is for no resource: the operator sends none.
 */
function askedBy(request: Recorded): Asked[] {
  const asked = attributesOf(request);
  // Server-side apply may make the object, and then an API server asks for that as well.
  const mayCreate = request.contentType === 'application/apply-patch+yaml';
  return mayCreate ? [asked, { ...asked, verb: 'create' }] : [asked];
}

function attributesOf(request: Recorded): Asked {
  const [bare = '', search = ''] = request.path.split('?');
  const parts = path.exec(bare)?.groups;
  if (!parts?.['plural']) throw new Error(`${request.method} ${request.path} is no request for a resource`);
  const { group = '', namespace, plural, name, subresource } = parts;
  const query = new URLSearchParams(search);
  const reading = name ? 'get' : query.has('watch') ? 'watch' : 'list';
  const selected = /(?:^|,)metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
  return {
    verb: request.method === 'GET' ? reading : verbsOfMethod[request.method],
    group,
    resource: subresource ? `${plural}/${subresource}` : plural,
    namespace,
    name: name ?? selected,
  };
}

/** What a rule allows, one by one: `patch validatingwebhookconfigurations.admissionregistration.k8s.io serval`. */
function allowedBy({ apiGroups, resources, resourceNames, verbs }: PolicyRule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => (resourceNames ?? ['']).map((name) => spelled({ verb, group, resource }, name))),
    ),
  );
}

function spelled({ verb, group, resource }: Pick<Asked, 'verb' | 'group' | 'resource'>, name: string): string {
  return `${verb} ${resource}${group ? `.${group}` : ''}${name ? ` ${name}` : ''}`;
}

export interface Comparison {
  /** Asked for, and nothing allows it. */
  refused: string[];
  /** Allowed, and nothing asked for it. */
  unused: string[];
}

/** Compares what was asked with a ClusterRole's rules and those of Roles, by their namespace. */
export function compareWithRules(
  requests: readonly Recorded[],
  rules: { cluster: readonly PolicyRule[]; roles: Readonly<Record<string, readonly PolicyRule[]>> },
): Comparison {
  const everywhere = new Set(rules.cluster.flatMap(allowedBy));
  const within = new Map(
    Object.entries(rules.roles).map(([name, allowed]) => [name, new Set(allowed.flatMap(allowedBy))]),
  );
  const used = new Set<string>();
  const refused = new Set<string>();
  for (const asked of requests.flatMap(askedBy)) {
    const ways = [spelled(asked, ''), ...(asked.name && asked.verb !== 'create' ? [spelled(asked, asked.name)] : [])];
    // A namespace's name is its namespace.
    const namespace = asked.namespace ?? (asked.resource === 'namespaces' ? asked.name : undefined);
    const found = [
      ...ways.filter((way) => everywhere.has(way)).map((way) => `cluster: ${way}`),
      ...ways.filter((way) => within.get(namespace ?? '')?.has(way)).map((way) => `${namespace}: ${way}`),
    ];
    if (found.length === 0) refused.add(`${spelled(asked, asked.name ?? '')} in ${namespace ?? 'all namespaces'}`);
    for (const way of found) used.add(way);
  }
  const allowed = [
    ...[...everywhere].map((way) => `cluster: ${way}`),
    ...[...within].flatMap(([namespace, ways]) => [...ways].map((way) => `${namespace}: ${way}`)),
  ];
  return { refused: [...refused].sort(), unused: allowed.filter((way) => !used.has(way)).sort() };
}
