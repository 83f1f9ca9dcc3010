import type { VersionComparison } from './compare-crd.ts';
import type { LocatedFinding } from './finding.ts';

export interface Row {
  release: string;
  kind: string;
  comparison: VersionComparison;
  /** Findings that no listed difference explains. */
  unexplained: LocatedFinding[];
}

const headings = ['release', 'kind', 'version', 'paths', 'same', 'wider', 'differing', 'listed', 'not listed'];

/** The counts as a table, with a sum per release. */
export function countsTable(rows: readonly Row[]): string {
  const lines: string[][] = [headings];
  for (const [release, group] of Map.groupBy(rows, (row) => row.release)) {
    for (const row of group) lines.push([release, row.kind, row.comparison.version, ...counts([row])]);
    lines.push([release, 'all', '', ...counts(group)]);
  }
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => cells.join('  '))
    .join('\n');
}

function counts(rows: readonly Row[]): string[] {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  return [
    sum(({ comparison }) => comparison.paths),
    sum(({ comparison }) => comparison.same),
    sum(({ comparison }) => comparison.wider),
    sum(({ comparison }) => comparison.differing),
    sum(({ comparison, unexplained }) => comparison.findings.length - unexplained.length),
    sum(({ unexplained }) => unexplained.length),
  ].map(String);
}

const maxLines = 60;

/** What has to be mended or listed; findings of the same kind at many places are told once, with their number. */
export function findingsText(rows: readonly Row[]): string {
  const groups = Map.groupBy(
    rows.flatMap(({ kind, comparison, unexplained, release }) =>
      unexplained.map((finding) => ({ ...finding, release, where: `${kind} ${comparison.version}` })),
    ),
    ({ where, aspect, theirs, ours, path }) =>
      JSON.stringify([where, aspect, theirs, ours, path.split('.').slice(-2).join('.')]),
  );
  const lines = [...groups.values()].map((group) => {
    const [{ where, aspect, path, theirs, ours }] = group as [(typeof group)[number]];
    const releases = [...new Set(group.map(({ release }) => release))].join(' ');
    const places = new Set(group.map((finding) => finding.path)).size;
    const more = places > 1 ? ` and ${places - 1} more places like it` : '';
    return `${where} ${path || '(whole)'}${more}: ${aspect}: theirs ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)} (${releases})`;
  });
  const shown = lines.slice(0, maxLines);
  if (lines.length > shown.length) shown.push(`… and ${lines.length - shown.length} more`);
  return shown.join('\n');
}
