import { apiVersionOf, type ServedResource } from '../registry/served-resource.ts';

/** One line of an `APIResourceList`. */
interface ResourceEntry {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
}

/** Subresources of a resource, built-in rules first: status, scale, then the kind's own. */
export function subresourcesOf(resource: ServedResource) {
  return [
    ...(resource.statusSubresource
      ? [
          {
            name: 'status',
            kind: resource.kind,
            group: undefined,
            version: undefined,
            verbs: ['get', 'patch', 'update'],
          },
        ]
      : []),
    ...(resource.scale
      ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }]
      : []),
    ...resource.subresources,
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function resourceList(groupVersion: string, resources: readonly ServedResource[]) {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: resources
      .filter((resource) => apiVersionOf(resource) === groupVersion)
      .sort((a, b) => (a.plural < b.plural ? -1 : 1))
      .flatMap(entriesOf),
  };
}

function entriesOf(resource: ServedResource): ResourceEntry[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  const main: ResourceEntry = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  const subresources = subresourcesOf(resource).map((sub) => ({
    name: `${plural}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.group ? { group: sub.group } : {}),
    ...(sub.version ? { version: sub.version } : {}),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [main, ...subresources];
}
