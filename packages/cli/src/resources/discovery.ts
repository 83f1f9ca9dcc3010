import type { Client } from '@serval/kube/client';
import { type AnyObject, apiVersionOf, type Resource } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { requestJson } from './read-body.ts';

/** A kind as discovery tells of it. */
export interface DiscoveredResource extends Resource<AnyObject> {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

interface AggregatedDiscovery {
  items: {
    metadata?: { name?: string };
    versions: {
      version: string;
      resources?: {
        resource: string;
        responseKind?: { kind: string };
        scope: 'Namespaced' | 'Cluster';
        singularResource?: string;
        shortNames?: string[];
        categories?: string[];
        verbs: string[];
      }[];
    }[];
  }[];
}

const acceptAggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Every resource of the server: core first, then groups and versions in the server's order of preference. */
export async function discover(client: Client, signal?: AbortSignal): Promise<DiscoveredResource[]> {
  const documents = await Promise.all(
    ['/api', '/apis'].map((path) =>
      requestJson<AggregatedDiscovery>(client, {
        method: 'GET',
        path,
        headers: { accept: acceptAggregated },
        ...(signal ? { signal } : {}),
      }),
    ),
  );
  return documents.flatMap(({ items }) =>
    items.flatMap((group) =>
      group.versions.flatMap((version) =>
        (version.resources ?? []).map((found) => ({
          group: group.metadata?.name ?? '',
          version: version.version,
          plural: found.resource,
          kind: found.responseKind?.kind ?? '',
          namespaced: found.scope === 'Namespaced',
          singular: found.singularResource ?? '',
          shortNames: found.shortNames ?? [],
          categories: found.categories ?? [],
          verbs: found.verbs,
        })),
      ),
    ),
  );
}

/**
 * The resource that a person means by `isvc`, `pods`, `Deployment`, `deployments.apps` or `deployments.v1.apps`.
 * Throws `CliError` UnknownKind.
 */
export function findResource(resources: readonly DiscoveredResource[], argument: string): DiscoveredResource {
  const [word = '', ...qualifier] = argument.toLowerCase().split('.');
  const group = qualifier.join('.');
  const found = resources.find(
    (resource) =>
      [resource.plural, resource.singular, resource.kind.toLowerCase(), ...resource.shortNames].includes(word) &&
      (group === '' ||
        group === resource.group ||
        group === `${resource.version}.${resource.group}` ||
        resource.group.startsWith(`${group}.`)),
  );
  if (found) return found;
  throw new CliError('UnknownKind', `the server has no resource type "${argument}"`, {
    hint: 'kinds are named as in "isvc", "pods" or "deployments.apps"',
  });
}

/** The resource of a manifest. Throws `CliError` UnknownKind that names the document's place. */
export function resourceOfObject(
  resources: readonly DiscoveredResource[],
  object: AnyObject,
  where: string,
): DiscoveredResource {
  const found = resources.find(
    (resource) => resource.kind === object.kind && apiVersionOf(resource) === object.apiVersion,
  );
  if (found) return found;
  const known = [...new Set(resources.filter((resource) => resource.kind === object.kind).map(apiVersionOf))];
  throw new CliError('UnknownKind', `${where}: the server does not know ${object.apiVersion} ${object.kind}`, {
    hint:
      known.length > 0
        ? `it serves ${object.kind} in ${known.join(', ')}`
        : 'is its CustomResourceDefinition installed?',
  });
}
