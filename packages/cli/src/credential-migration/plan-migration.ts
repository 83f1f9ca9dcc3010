import type { Pipeline, PlatformDefaults } from '@serval/api';
import { comparePulls, createGivenKeys, type PullRow } from './compare-pulls.ts';
import { compareReads, createGivenReads, type ReadRow } from './compare-reads.ts';
import type { CredentialUse } from './credential-use.ts';
import { keyUsesOf } from './key-uses.ts';
import { createKnownSecrets, type KnownSecrets, type SecretsRead } from './known-secrets.ts';
import { placeUses } from './place-uses.ts';
import { label, type PlannedEntries, type PlannedEntry, type PlannedSecret, planEntries } from './plan-entries.ts';
import { ownSecretFor, readUsesOf } from './read-uses.ts';
import { unmaskUses } from './unmask-uses.ts';
import { defaultsWith, pipelineWith } from './with-entries.ts';
import type { Workload } from './workloads.ts';
import type { World } from './world.ts';

/** What was found; everything of it is needed to decide. */
export interface Observed extends World {
  workloads: readonly Workload[];
  secrets: SecretsRead;
  /** Entries for this pipeline alone. */
  only: Pipeline | undefined;
  /** Every namespace was looked at. */
  isWhole: boolean;
}

export interface MigrationPlan {
  secrets: PlannedSecret[];
  entries: PlannedEntry[];
  /** As they will be, where they change. */
  defaults: PlatformDefaults | undefined;
  pipelines: Pipeline[];
  pulls: PullRow[];
  reads: ReadRow[];
  /** What a person must take out, as it stays a way around the layers. */
  byHand: string[];
  /** What a person must decide; it is left out. */
  conflicts: string[];
  /** What would be taken from images that have no other credential: nothing may be written. */
  blocked: string[];
  notes: string[];
}

interface Decision {
  secrets: KnownSecrets;
  before: World;
  planned: PlannedEntries;
  /** Of namespaces that nothing could be added for. */
  left: CredentialUse[];
  keyUses: CredentialUse[];
  notes: string[];
}

/** Secrets that a plan would make: to find out whether their names are free. */
export function plannedSecrets(observed: Observed): PlannedSecret[] {
  return decide(observed).planned.secrets;
}

function decide(observed: Observed): Decision {
  const { workloads, defaults, pipelines, grants, only } = observed;
  const secrets = createKnownSecrets(observed.secrets);
  const before: World = { defaults, pipelines, grants };
  const keys = keyUsesOf(workloads, secrets);
  const stores = readUsesOf(workloads, secrets);
  const [isGivenKey, isGivenRead] = [createGivenKeys(before, secrets), createGivenReads(before, secrets)];
  const missingKeys = keys.uses.filter((use) => !isGivenKey(use));
  const missingReads = stores.uses.filter((use) => !isGivenRead(use));
  const registry = place(observed, missingKeys, ({ images }) => images.length > 0);
  const storage = place(observed, missingReads, ({ models }) => models.length > 0);
  const stageUses = [...keys.uses, ...stores.uses].filter(({ namespace }) => !only || isStage(only, namespace));
  const placed = unmaskUses(stageUses, [...registry.placed, ...storage.placed], before, secrets);
  return {
    secrets,
    before,
    planned: planEntries(placed, defaults, secrets),
    left: [...registry.left, ...storage.left],
    keyUses: keys.uses,
    notes: [...keys.notes, ...stores.notes],
  };
}

/** Entries that give every namespace what its services pull and read with today, and no namespace more. Pure; shows no value. */
export function planMigration(observed: Observed): MigrationPlan {
  const { workloads, defaults, pipelines, grants, only } = observed;
  const { secrets, before, planned, left, keyUses, notes } = decide(observed);
  const after: World = {
    defaults: defaultsWith(defaults, planned.entries),
    pipelines: pipelines.map((pipeline) => pipelineWith(pipeline, planned.entries)),
    grants,
  };
  const pulls = comparePulls(workloads, secrets, before, after, planned.secrets);
  const reads = compareReads(workloads, secrets, before, after, planned.secrets);
  return {
    secrets: planned.secrets,
    entries: planned.entries,
    defaults: after.defaults === defaults ? undefined : after.defaults,
    pipelines: after.pipelines.filter((pipeline) => !pipelines.includes(pipeline)),
    pulls,
    reads,
    byHand: [...pullsByHand(workloads, pulls, secrets), ...readsByHand(workloads, reads, secrets)],
    conflicts: planned.conflicts,
    blocked: [
      ...pulls.map(({ image, ...row }) => ({ ...row, what: `${image} is pulled` })),
      ...reads.map(({ model, ...row }) => ({ ...row, what: `${model} is read` })),
    ].flatMap(({ namespace, what, before: with_, verdict }) =>
      verdict === 'Lost'
        ? [`namespace ${namespace}: ${what} with ${with_.join(', ')} today, which an entry would mask`]
        : [],
    ),
    notes: [...notes, ...leftNotes(left, only), ...unusedNotes(workloads, keyUses, secrets)],
  };
}

function isStage({ spec }: Pipeline, namespace: string): boolean {
  return spec.stages.some((stage) => stage.namespace === namespace);
}

function place(
  { workloads, pipelines, only, isWhole }: Observed,
  uses: readonly CredentialUse[],
  needsSome: (workload: Workload) => boolean,
): ReturnType<typeof placeUses> {
  const everyNamespace = [...new Set(workloads.filter(needsSome).map(({ namespace }) => namespace))];
  return placeUses(uses, { pipelines, only, everyNamespace: isWhole ? everyNamespace : undefined });
}

/** Pull secrets that can be taken out without an image losing what it is pulled with; all others are to stay. */
function pullsByHand(workloads: readonly Workload[], pulls: readonly PullRow[], secrets: KnownSecrets): string[] {
  const needed = new Set(pulls.flatMap(({ lost }) => lost));
  const lines = workloads.flatMap(({ namespace, pullSecrets }) =>
    pullSecrets.flatMap(({ name, at }) => {
      const secret = `${namespace}/${name}`;
      if (needed.has(secret) || secrets.pull(secret)?.state !== 'ready') return [];
      return [`namespace ${namespace}: take ${name} out of imagePullSecrets of ${at}`];
    }),
  );
  return [...new Set(lines)].sort();
}

/** Secrets of ServiceAccounts that can be taken out, as layers give all models that they open the same. */
function readsByHand(workloads: readonly Workload[], reads: readonly ReadRow[], secrets: KnownSecrets): string[] {
  const needed = new Set(reads.flatMap(({ lost }) => lost));
  const lines = workloads.flatMap((workload) =>
    workload.models.flatMap((uri) => {
      const own = ownSecretFor(workload, uri, secrets);
      if (!own || needed.has(`${workload.namespace}/${own.name}`)) return [];
      return [`namespace ${workload.namespace}: take ${own.name} out of ${own.at}`];
    }),
  );
  return [...new Set(lines)].sort();
}

function leftNotes(left: readonly CredentialUse[], only: Pipeline | undefined): string[] {
  const byNamespace = Map.groupBy(left, ({ namespace }) => namespace);
  return [...byNamespace].map(([namespace, uses]) => {
    const matches = [...new Set(uses.map(({ match }) => match))].sort().join(', ');
    const why = only
      ? `no stage of Pipeline ${only.metadata.namespace}/${only.metadata.name}`
      : 'no stage of a pipeline';
    return `namespace ${namespace} is ${why}, and not all namespaces use what it has for ${matches}: left as it is`;
  });
}

function unusedNotes(workloads: readonly Workload[], uses: readonly CredentialUse[], secrets: KnownSecrets): string[] {
  const used = new Set(uses.map(({ secretRef }) => label(secretRef)));
  const lines = workloads.flatMap(({ namespace, pullSecrets }) =>
    pullSecrets.flatMap(({ name }) => {
      const secret = { namespace, name };
      if (secrets.state(label(secret)) === undefined) return [`Secret ${label(secret)} does not exist`];
      const source = secrets.pull(label(secret));
      if (source === undefined) return [`Secret ${label(secret)} was not looked at: you may not read it`];
      if (source.state === 'failed') return [source.message];
      if (used.has(label(secret))) return [];
      return [`Secret ${label(secret)} is for no image of its namespace`];
    }),
  );
  return [...new Set(lines)].sort();
}

/** Whether anything would be written. */
export function hasChanges({ secrets, entries }: Pick<MigrationPlan, 'secrets' | 'entries'>): boolean {
  return secrets.length > 0 || entries.length > 0;
}
