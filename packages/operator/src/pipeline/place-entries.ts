import { type Layer, type LayerEntry, type LayerName, layersThatCount } from './layers.ts';

/** What matches of one kind of credentials mean. */
export interface MatchKind<Scope> {
  /** Nothing where the text names none. */
  readonly parse: (match: string) => Scope | undefined;
  /** Whether nothing of the second is left where a nearer layer names the first. */
  readonly covers: (nearer: Scope, farther: Scope) => boolean;
}

/** What an entry names, and so decides over. */
export interface Claim<Scope> {
  readonly scope: Scope;
  readonly match: string;
  readonly source: LayerName;
}

interface PlacedEntry<Scope> {
  readonly entry: LayerEntry;
  /** Undefined where the text names nothing. */
  readonly scope: Scope | undefined;
  /** A nearer claim that leaves nothing of the entry, whatever its Secret holds. */
  readonly mask: Claim<Scope> | undefined;
}

interface PlacedLayer<Scope> {
  readonly source: LayerName;
  readonly entries: readonly PlacedEntry<Scope>[];
}

/** The entries of the layers that count, the nearest first, with what can be told of them without their Secrets. Pure. */
export function placeEntries<Scope>(
  layers: readonly Layer[],
  { parse, covers }: MatchKind<Scope>,
): PlacedLayer<Scope>[] {
  const nearer: Claim<Scope>[] = [];
  return layersThatCount(layers).map(({ source, entries }) => {
    const placed = entries.map((entry) => {
      const scope = parse(entry.match);
      const mask = scope && nearer.find((claim) => covers(claim.scope, scope));
      return { entry, scope, mask };
    });
    nearer.push(...placed.flatMap(({ entry, scope }) => (scope ? [{ scope, match: entry.match, source }] : [])));
    return { source, entries: placed };
  });
}
