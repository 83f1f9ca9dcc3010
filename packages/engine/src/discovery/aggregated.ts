import type { ServedResource } from '../registry/served-resource.ts';
import { groupsOf } from './groups.ts';
import { subresourcesOf } from './resource-list.ts';

/** `APIGroupDiscoveryList`: all groups of `/api` or `/apis` in one document. */
export function aggregatedDiscovery(root: 'api' | 'apis', resources: readonly ServedResource[], version: string) {
  const groups = root === 'api' ? [{ group: '', versions: ['v1'] }] : groupsOf(resources);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group ? { name: group, creationTimestamp: null } : { creationTimestamp: null },
      versions: versions.map((name) => ({
        version: name,
        freshness: 'Current',
        resources: resources
          .filter((resource) => resource.group === group && resource.version === name)
          .sort((a, b) => (a.plural < b.plural ? -1 : 1))
          .map(describe),
      })),
    })),
  };
}

function describe(resource: ServedResource) {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories } = resource;
  const subresources = subresourcesOf(resource).map((sub) => ({
    subresource: sub.name,
    responseKind: { group: sub.group ?? group, version: sub.version ?? version, kind: sub.kind },
    verbs: sub.verbs,
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
