import type { Pipeline, PlatformDefaults } from '@serval/api';
import { comparePulls, type PullRow, type World } from './compare-pulls.ts';
import { type KeyUse, keyUsesOf, type SecretsRead } from './key-uses.ts';
import { placeUses } from './place-uses.ts';
import { label, type PlannedEntry, type PlannedSecret, planEntries } from './plan-entries.ts';
import { defaultsWith, pipelineWith } from './with-entries.ts';
import type { Workload } from './workloads.ts';

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
  /** What a person must take out, as it stays a way around the layers. */
  byHand: string[];
  /** What a person must decide; it is left out. */
  conflicts: string[];
  /** What would be taken from images that have no other credential: nothing may be written. */
  blocked: string[];
  notes: string[];
}

/** Entries that give every namespace what its services pull with today, and no namespace more. Pure; shows no value. */
export function planMigration(observed: Observed): MigrationPlan {
  const { workloads, secrets, defaults, pipelines, only, isWhole } = observed;
  const pulling = workloads.filter(({ images }) => images.length > 0).map(({ namespace }) => namespace);
  const { uses, notes } = keyUsesOf(workloads, secrets);
  const { placed, left } = placeUses(uses, {
    pipelines,
    only,
    everyNamespace: isWhole ? [...new Set(pulling)] : undefined,
  });
  const planned = planEntries(placed, defaults, secrets);
  const after: World = {
    defaults: defaultsWith(defaults, planned.entries),
    pipelines: pipelines.map((pipeline) => pipelineWith(pipeline, planned.entries)),
  };
  const pulls = comparePulls(workloads, secrets, { defaults, pipelines }, after, planned.secrets);
  return {
    secrets: planned.secrets,
    entries: planned.entries,
    defaults: after.defaults === defaults ? undefined : after.defaults,
    pipelines: after.pipelines.filter((pipeline) => !pipelines.includes(pipeline)),
    pulls,
    byHand: byHand(workloads, pulls, secrets),
    conflicts: planned.conflicts,
    blocked: pulls.flatMap(({ namespace, image, before, verdict }) =>
      verdict === 'Lost'
        ? [`namespace ${namespace}: ${image} is pulled with ${before.join(', ')} today, which an entry would mask`]
        : [],
    ),
    notes: [...notes, ...leftNotes(left, only), ...unusedNotes(workloads, uses, secrets)],
  };
}

/** Pull secrets that can be taken out without an image losing what it is pulled with; all others are to stay. */
function byHand(workloads: readonly Workload[], pulls: readonly PullRow[], secrets: SecretsRead): string[] {
  const needed = new Set(pulls.flatMap(({ lost }) => lost));
  const lines = workloads.flatMap(({ namespace, pullSecrets }) =>
    pullSecrets.flatMap(({ name, at }) => {
      const secret = `${namespace}/${name}`;
      if (needed.has(secret) || secrets.get(secret)?.state !== 'ready') return [];
      return [`namespace ${namespace}: take ${name} out of imagePullSecrets of ${at}`];
    }),
  );
  return [...new Set(lines)].sort();
}

function leftNotes(left: readonly KeyUse[], only: Pipeline | undefined): string[] {
  const byNamespace = Map.groupBy(left, ({ namespace }) => namespace);
  return [...byNamespace].map(([namespace, uses]) => {
    const matches = [...new Set(uses.map(({ match }) => match))].sort().join(', ');
    const why = only
      ? `no stage of Pipeline ${only.metadata.namespace}/${only.metadata.name}`
      : 'no stage of a pipeline';
    return `namespace ${namespace} is ${why}, and not all namespaces use what it has for ${matches}: left as it is`;
  });
}

function unusedNotes(workloads: readonly Workload[], uses: readonly KeyUse[], secrets: SecretsRead): string[] {
  const lines = workloads.flatMap(({ namespace, pullSecrets }) =>
    pullSecrets.flatMap(({ name }) => {
      const secret = { namespace, name };
      const source = secrets.get(label(secret));
      if (source === undefined) return [`Secret ${label(secret)} was not looked at`];
      if (source.state === 'failed') return [source.message];
      if (uses.some(({ secretRef }) => label(secretRef) === label(secret))) return [];
      return [`Secret ${label(secret)} is for no image of its namespace`];
    }),
  );
  return [...new Set(lines)].sort();
}

/** Whether anything would be written. */
export function hasChanges({ secrets, entries }: Pick<MigrationPlan, 'secrets' | 'entries'>): boolean {
  return secrets.length > 0 || entries.length > 0;
}
