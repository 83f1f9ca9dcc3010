import type { Resource } from '../objects/resource.ts';
import { readJson } from './body.ts';
import type { Client } from './client.ts';

export interface DiscoveredResource extends Resource {
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly singular: string;
  readonly categories: readonly string[];
  /** `status`, `scale`, `log` … */
  readonly subresources: readonly string[];
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Every kind that the server has, each in the version that the server prefers of those that have it. Falls back to asking group by group where
 * the server does not answer all at once (before 1.27).
 *
 * @throws StatusError, ConnectionError; a group that does not answer (an extension server that is down) is left out.
 */
export async function discoverResources(client: Client, signal?: AbortSignal): Promise<DiscoveredResource[]> {
  const all = [...(await discover(client, '/api', signal)), ...(await discover(client, '/apis', signal))];
  const seen = new Set<string>();
  return all.filter(({ group, plural }) => {
    const key = `${group}/${plural}`;
    return !seen.has(key) && seen.add(key);
  });
}

async function discover(client: Client, path: '/api' | '/apis', signal?: AbortSignal): Promise<DiscoveredResource[]> {
  const answer = (await get(client, path, `${aggregated},application/json`, signal)) as
    | Aggregated
    | ApiVersions
    | ApiGroups;
  if (answer.kind === 'APIGroupDiscoveryList') return ((answer as Aggregated).items ?? []).flatMap(resourcesOfGroup);
  const versions =
    path === '/api'
      ? (answer as ApiVersions).versions.map((version) => ({ group: '', version }))
      : (answer as ApiGroups).groups.flatMap(({ name, versions, preferredVersion }) =>
          [...versions]
            .sort(
              (a, b) =>
                Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version),
            )
            .map(({ version }) => ({ group: name, version })),
        );
  const found: DiscoveredResource[] = [];
  for (const { group, version } of versions) {
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const list = (await get(client, root, 'application/json', signal).catch(() => undefined)) as
      | ResourceList
      | undefined;
    if (list) found.push(...resourcesOfList(group, version, list));
  }
  return found;
}

async function get(client: Client, path: string, accept: string, signal?: AbortSignal): Promise<unknown> {
  return await readJson(
    await client.request({ method: 'GET', path, headers: { accept }, ...(signal ? { signal } : {}) }),
  );
}

interface Aggregated {
  kind: 'APIGroupDiscoveryList';
  items?: {
    metadata?: { name?: string };
    versions?: {
      version: string;
      resources?: {
        resource: string;
        responseKind?: { kind: string };
        scope?: 'Namespaced' | 'Cluster';
        singularResource?: string;
        verbs?: string[];
        shortNames?: string[];
        categories?: string[];
        subresources?: { subresource: string }[];
      }[];
    }[];
  }[];
}

function resourcesOfGroup({ metadata, versions = [] }: NonNullable<Aggregated['items']>[number]): DiscoveredResource[] {
  return versions.flatMap(({ version, resources = [] }) =>
    resources.map((found) => ({
      group: metadata?.name ?? '',
      version,
      plural: found.resource,
      kind: found.responseKind?.kind ?? '',
      namespaced: found.scope === 'Namespaced',
      verbs: found.verbs ?? [],
      shortNames: found.shortNames ?? [],
      categories: found.categories ?? [],
      singular: found.singularResource ?? '',
      subresources: (found.subresources ?? []).map(({ subresource }) => subresource),
    })),
  );
}

interface ApiVersions {
  kind: 'APIVersions';
  versions: string[];
}
interface ApiGroups {
  kind: 'APIGroupList';
  groups: { name: string; versions: { version: string }[]; preferredVersion?: { version: string } }[];
}
interface ResourceList {
  resources: {
    name: string;
    kind: string;
    namespaced: boolean;
    singularName?: string;
    verbs: string[];
    shortNames?: string[];
    categories?: string[];
  }[];
}

function resourcesOfList(group: string, version: string, { resources }: ResourceList): DiscoveredResource[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((found) => ({
      group,
      version,
      plural: found.name,
      kind: found.kind,
      namespaced: found.namespaced,
      verbs: found.verbs,
      shortNames: found.shortNames ?? [],
      categories: found.categories ?? [],
      singular: found.singularName ?? '',
      subresources: resources
        .filter(({ name }) => name.startsWith(`${found.name}/`))
        .map(({ name }) => name.slice(found.name.length + 1)),
    }));
}
