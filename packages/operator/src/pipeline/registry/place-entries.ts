import { hostsCover, parseRegistryScope, type RegistryScope } from '@serval/storage/registry-credentials';
import { type Layer, type LayerEntry, type LayerName, layersThatCount } from './layers.ts';

/** What an entry names, and so decides over. */
export interface Claim {
  readonly scope: RegistryScope;
  readonly match: string;
  readonly source: LayerName;
}

interface PlacedEntry {
  readonly entry: LayerEntry;
  /** Undefined where the text names no registry. */
  readonly scope: RegistryScope | undefined;
  /** A nearer claim that leaves nothing of the entry, whatever its Secret holds. */
  readonly mask: Claim | undefined;
}

interface PlacedLayer {
  readonly source: LayerName;
  readonly entries: readonly PlacedEntry[];
}

/** The entries of the layers that count, the nearest first, with what can be told of them without their Secrets. Pure. */
export function placeEntries(layers: readonly Layer[]): PlacedLayer[] {
  const nearer: Claim[] = [];
  return layersThatCount(layers).map(({ source, entries }) => {
    const placed = entries.map((entry) => {
      const scope = parseRegistryScope(entry.match);
      const mask = scope && nearer.find((claim) => hostsCover(claim.scope, scope));
      return { entry, scope, mask };
    });
    nearer.push(...placed.flatMap(({ entry, scope }) => (scope ? [{ scope, match: entry.match, source }] : [])));
    return { source, entries: placed };
  });
}
