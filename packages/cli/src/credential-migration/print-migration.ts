import type { Output } from '../command/output.ts';
import { printable } from '../storage-config/print-plan.ts';
import type { Verdict } from './compare-pulls.ts';
import { label, placeName } from './plan-entries.ts';
import type { MigrationPlan } from './plan-migration.ts';

const pullColumns = {
  namespace: 'NAMESPACE',
  service: 'SERVICE',
  image: 'IMAGE',
  before: 'PULLED WITH NOW',
  after: 'PULLED WITH THEN',
  change: 'CHANGE',
};

const readColumns = {
  namespace: 'NAMESPACE',
  service: 'SERVICE',
  model: 'MODEL',
  before: 'READ WITH NOW',
  after: 'READ WITH THEN',
  change: 'CHANGE',
};

const verdictTexts: Record<Verdict, string> = {
  Same: 'same',
  Fewer: 'fewer',
  More: 'more',
  Other: 'other',
  Own: 'keeps its own',
  Lost: 'LOST',
  None: '',
};

/** What would be written, what that means for each image, and what is left to people: names and never a value. */
export function printMigration(out: Pick<Output, 'print' | 'table'>, plan: MigrationPlan): void {
  if (plan.pulls.length > 0) {
    out.table(
      plan.pulls.map((row) => shownRow({ ...row, image: printable(row.image) })),
      pullColumns,
    );
  }
  const reads = plan.reads.filter(({ verdict }) => verdict !== 'None');
  if (reads.length > 0) {
    if (plan.pulls.length > 0) out.print('');
    out.table(
      reads.map((row) => shownRow({ ...row, model: printable(row.model) })),
      readColumns,
    );
  }
  section('Secrets to make', [...plan.secrets.map(({ from, to }) => `${label(to)}, as ${label(from)}`)]);
  section(
    'Entries to add',
    plan.entries.map((entry) => `${placeName(entry)}: ${entry.match} of Secret ${label(entry.secretRef)}`),
  );
  section('Not possible', plan.blocked);
  section('To be decided', plan.conflicts);
  section('To do by hand afterwards: these are outside of what pipelines can promise', plan.byHand);
  section('Left as it is', plan.notes);

  function section(title: string, lines: readonly string[]): void {
    if (lines.length > 0) out.print([`\n${title}`, ...lines.map((line) => `  ${printable(line)}`)].join('\n'));
  }
}

function shownRow<Row extends { before: string[]; after: string[]; verdict: Verdict }>(row: Row) {
  const { before, after, verdict } = row;
  return {
    ...row,
    before: printable(before.join(', ')),
    after: printable(after.join(', ')),
    change: verdictTexts[verdict],
  };
}

export function migrationJson(plan: MigrationPlan) {
  return {
    pulls: plan.pulls.map(({ lost: _lost, ...row }) => row),
    reads: plan.reads.map(({ lost: _lost, ...row }) => row),
    secrets: plan.secrets,
    entries: plan.entries.map(({ field, pipeline, stage, match, secretRef }) => ({
      field,
      ...(pipeline ? { pipeline: `${pipeline.metadata.namespace}/${pipeline.metadata.name}` } : {}),
      ...(stage === undefined ? {} : { stage }),
      match,
      secretRef,
    })),
    blocked: plan.blocked,
    conflicts: plan.conflicts,
    byHand: plan.byHand,
    notes: plan.notes,
  };
}
