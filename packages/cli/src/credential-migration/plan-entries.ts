import type { CredentialEntry, Pipeline, PlatformDefaults } from '@serval/api';
import { credentialNamespaceOf, type SecretReference } from '@serval/operator/credentials';
import type { CredentialField } from './credential-use.ts';
import type { KnownSecrets } from './known-secrets.ts';
import type { LayerPlace, PlacedUse } from './place-uses.ts';
import { foldedMatch } from './unmask-uses.ts';

export interface PlannedEntry extends LayerPlace {
  field: CredentialField;
  match: string;
  /** In the namespace of the pipeline, or of the platform's credentials. */
  secretRef: SecretReference;
}

/** One source in the place of many copies. */
export interface PlannedSecret {
  to: SecretReference;
  from: SecretReference;
}

export interface PlannedEntries {
  entries: PlannedEntry[];
  secrets: PlannedSecret[];
  /** What only a person can decide. */
  conflicts: string[];
}

/** Entries that are not there yet, each with a Secret beside its layer: one that holds the same already, or one to make of a copy. */
export function planEntries(
  placed: readonly PlacedUse[],
  defaults: PlatformDefaults | undefined,
  secrets: KnownSecrets,
): PlannedEntries {
  const plan: PlannedEntries = { entries: [], secrets: [], conflicts: [] };
  const sources = createSources(secrets, plan.secrets);
  for (const rivals of Map.groupBy(placed, (use) => `${use.field} ${placeName(use)} ${use.match}`).values()) {
    const [use] = rivals as [PlacedUse];
    const home = use.pipeline?.metadata.namespace ?? credentialNamespaceOf(defaults);
    if (rivals.length > 1) {
      const names = [...new Set(rivals.flatMap(({ uses }) => uses.map(({ secretRef }) => label(secretRef))))].sort();
      plan.conflicts.push(
        `${placeName(use)}: ${use.match} is ${verbs[use.field]} with different credentials, of ${names.join(', ')}; name one of them yourself`,
      );
      continue;
    }
    const there = entriesAt(use, defaults).find(({ match }) => foldedMatch(use.field, match) === use.match);
    if (there) {
      const named = `${there.secretRef.namespace ?? home}/${there.secretRef.name}`;
      const content = secrets.content(named);
      if (content === use.content) continue;
      plan.conflicts.push(
        `${placeName(use)}: ${use.match} is there already, of Secret ${named}, whose content is ${content === undefined ? 'not known' : 'another'}; it was left`,
      );
      continue;
    }
    plan.entries.push({ ...placeOf(use), field: use.field, match: use.match, secretRef: sources(use, home) });
  }
  return plan;
}

const verbs: Record<CredentialField, string> = { registryCredentials: 'pulled', storageCredentials: 'read' };

/** `Pipeline team-a/fraud, stage prod`. */
export function placeName({ pipeline, stage }: LayerPlace): string {
  if (!pipeline) return 'PlatformDefaults';
  const { namespace, name } = pipeline.metadata;
  return `Pipeline ${namespace}/${name}${stage === undefined ? '' : `, stage ${stage}`}`;
}

export function label({ namespace, name }: SecretReference): string {
  return `${namespace}/${name}`;
}

function placeOf({ pipeline, stage }: LayerPlace): LayerPlace {
  return { ...(pipeline ? { pipeline } : {}), ...(stage === undefined ? {} : { stage }) };
}

function entriesAt(
  { field, pipeline, stage }: PlacedUse,
  defaults: PlatformDefaults | undefined,
): readonly CredentialEntry[] {
  const holder: Pick<Pipeline['spec'], CredentialField> | undefined = !pipeline
    ? defaults?.spec
    : stage === undefined
      ? pipeline.spec
      : pipeline.spec.stages.find(({ name }) => name === stage);
  return holder?.[field]?.entries ?? [];
}

/** The Secret for a content in a namespace; made where there is none, under the name that most copies have and that is free. */
function createSources(secrets: KnownSecrets, planned: PlannedSecret[]) {
  const chosen = new Map<string, SecretReference>();
  return ({ content, uses }: PlacedUse, home: string): SecretReference => {
    const key = `${home} ${content}`;
    const known = chosen.get(key);
    if (known) return known;
    const holds = (name: string): boolean => secrets.content(`${home}/${name}`) === content;
    const isFree = (name: string): boolean =>
      secrets.state(`${home}/${name}`) === undefined &&
      !planned.some(({ to }) => to.namespace === home && to.name === name);
    const there = secrets
      .names()
      .filter((each) => each.startsWith(`${home}/`))
      .map((each) => each.slice(home.length + 1))
      .find(holds);
    const name = there ?? firstFree(mostFrequent(uses.map(({ secretRef }) => secretRef.name)), isFree);
    const found = { namespace: home, name };
    const from = uses[0]?.secretRef;
    if (there === undefined && from) planned.push({ to: found, from });
    chosen.set(key, found);
    return found;
  };
}

function mostFrequent(names: readonly string[]): string {
  const counted = [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => ({ name, length }));
  return counted.sort((a, b) => b.length - a.length || (a.name < b.name ? -1 : 1))[0]?.name ?? 'registry';
}

function firstFree(name: string, isFree: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name.slice(0, 240)}-${number}`;
    if (isFree(candidate)) return candidate;
  }
}
