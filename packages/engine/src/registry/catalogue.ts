import type { ServedResource } from './served-resource.ts';

/** What the server serves now. CRDs come and go; built-in kinds stay. */
export interface Catalogue {
  find(group: string, version: string, plural: string): ServedResource | undefined;
  all(): readonly ServedResource[];
  /** Replaces what one CRD serves; an empty list removes it. */
  setCustom(owner: string, resources: ServedResource[]): void;
  /** Called after each change. Returns the way to end it. */
  onChange(listener: () => void): () => void;
}

export function createCatalogue(builtIn: readonly ServedResource[]): Catalogue {
  const custom = new Map<string, ServedResource[]>();
  const listeners = new Set<() => void>();
  let everything: readonly ServedResource[] = builtIn;
  let byPath = indexByPath(builtIn);

  return {
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    all: () => everything,
    setCustom(owner, resources) {
      if (resources.length === 0) custom.delete(owner);
      else custom.set(owner, resources);
      everything = [...builtIn, ...[...custom.keys()].sort().flatMap((name) => custom.get(name) ?? [])];
      byPath = indexByPath(everything);
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function pathOf(resource: ServedResource): string {
  return `${resource.group}/${resource.version}/${resource.plural}`;
}

function indexByPath(resources: readonly ServedResource[]): Map<string, ServedResource> {
  return new Map(resources.map((resource) => [pathOf(resource), resource]));
}
