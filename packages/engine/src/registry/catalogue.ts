import { apiVersionOf, type ServedResource } from './served-resource.ts';

/** What the server serves now. CRDs come and go; built-in kinds stay. */
export interface Catalogue {
  /** Grows with every change; caches of discovery and OpenAPI are keyed by it. */
  readonly generation: number;
  find(group: string, version: string, plural: string): ServedResource | undefined;
  findKind(apiVersion: string, kind: string): ServedResource | undefined;
  all(): readonly ServedResource[];
  /** Replaces what one CRD serves; an empty list removes it. */
  setCustom(owner: string, resources: ServedResource[]): void;
}

export function createCatalogue(builtIn: readonly ServedResource[]): Catalogue {
  const custom = new Map<string, ServedResource[]>();
  let generation = 1;
  let everything: readonly ServedResource[] = builtIn;
  let byPath = indexBy(builtIn, pathOf);
  let byKind = indexBy(builtIn, kindOf);

  return {
    get generation() {
      return generation;
    },
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    findKind: (apiVersion, kind) => byKind.get(`${apiVersion} ${kind}`),
    all: () => everything,
    setCustom(owner, resources) {
      if (resources.length === 0) custom.delete(owner);
      else custom.set(owner, resources);
      generation += 1;
      everything = [...builtIn, ...[...custom.keys()].sort().flatMap((name) => custom.get(name) ?? [])];
      byPath = indexBy(everything, pathOf);
      byKind = indexBy(everything, kindOf);
    },
  };
}

function pathOf(resource: ServedResource): string {
  return `${resource.group}/${resource.version}/${resource.plural}`;
}

function kindOf(resource: ServedResource): string {
  return `${apiVersionOf(resource)} ${resource.kind}`;
}

function indexBy(
  resources: readonly ServedResource[],
  key: (resource: ServedResource) => string,
): Map<string, ServedResource> {
  return new Map(resources.map((resource) => [key(resource), resource]));
}
