import { type CredentialSet, foldedRegistryMatch, foldedStorageMatch, parseStorageScope } from '@serval/api';
import { credentialNamespaceOf, type StageOf } from '@serval/operator/credentials';
import { hostsOverlap, parseRegistryScope } from '@serval/storage/registry-credentials';
import type { CredentialField, CredentialUse } from './credential-use.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { PlacedUse } from './place-uses.ts';
import { createHolders, type World } from './world.ts';

interface Entry {
  match: string;
  content: string | undefined;
}

interface Layer {
  isLast: boolean;
  entries: readonly Entry[];
}

/**
 * Entries that have to be said once more: of a host or store, only the nearest layer counts that names it, so what a stage uses from a farther
 * layer as well is gone as soon as the stage names anything there. Such a use is added to its own stage, which gives nobody else anything. Pure.
 *
 * @param uses  all that stages use today, also what layers give already
 */
export function unmaskUses(
  uses: readonly CredentialUse[],
  placed: readonly PlacedUse[],
  world: World,
  secrets: KnownSecrets,
): PlacedUse[] {
  const holder = createHolders(world.pipelines);
  const all = [...placed];
  const byNamespace = Map.groupBy(uses, ({ namespace }) => namespace);
  for (const [namespace, own] of byNamespace) {
    const of = holder(namespace);
    if (!of) continue;
    const { pipeline, stage } = of;
    const added = new Set<CredentialUse>();
    // Each round adds one at least, and each is added once.
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const use of own) {
        if (added.has(use) || isEffective(use, layersOf(of, use.field, all, world, secrets))) continue;
        added.add(use);
        all.push({ ...use, pipeline, stage: stage.name, uses: [use] });
        isChanged = true;
      }
    }
  }
  return all;
}

/** The same text for matches that mean the same. */
export function foldedMatch(field: CredentialField, match: string): string {
  return field === 'registryCredentials' ? foldedRegistryMatch(match) : foldedStorageMatch(match);
}

function isEffective({ field, match, content }: CredentialUse, layers: readonly Layer[]): boolean {
  for (const { entries, isLast } of layers) {
    if (entries.some((entry) => overlap(field, entry.match, match))) {
      return entries.some((entry) => foldedMatch(field, entry.match) === match && entry.content === content);
    }
    if (isLast) return false;
  }
  return false;
}

function overlap(field: CredentialField, a: string, b: string): boolean {
  if (field === 'registryCredentials') {
    const [one, other] = [parseRegistryScope(a), parseRegistryScope(b)];
    return one !== undefined && other !== undefined && hostsOverlap(one, other);
  }
  const store = parseStorageScope(a)?.store;
  return store !== undefined && store === parseStorageScope(b)?.store;
}

function layersOf(
  { pipeline, stage }: StageOf,
  field: CredentialField,
  placed: readonly PlacedUse[],
  { defaults }: World,
  secrets: KnownSecrets,
): Layer[] {
  const own = pipeline.metadata.namespace ?? '';
  const layer = (
    set: Partial<CredentialSet> | undefined,
    home: string,
    isHere: (use: PlacedUse) => boolean,
  ): Layer => ({
    isLast: set?.inherit === 'None',
    entries: [
      ...(set?.entries ?? []).map(({ match, secretRef }) => ({
        match,
        content: secrets.content(`${secretRef.namespace ?? home}/${secretRef.name}`),
      })),
      ...placed.filter((use) => use.field === field && isHere(use)),
    ],
  });
  return [
    layer(stage[field], own, (use) => use.pipeline === pipeline && use.stage === stage.name),
    layer(pipeline.spec[field], own, (use) => use.pipeline === pipeline && use.stage === undefined),
    layer(defaults?.spec?.[field], credentialNamespaceOf(defaults), (use) => use.pipeline === undefined),
  ];
}
