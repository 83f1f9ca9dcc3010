import type { Difference } from './differences.ts';
import type { LocatedFinding } from './finding.ts';
import { matchesPath } from './path-pattern.ts';

/** Where a finding was made. */
export interface Subject {
  release: string;
  kind: string;
  version: string;
}

/** The difference of the list that explains a finding, if any. */
export function explanation(
  subject: Subject,
  finding: LocatedFinding,
  list: readonly Difference[],
): Difference | undefined {
  return list.find(
    ({ kinds, version, releases, aspect, path }) =>
      aspect === finding.aspect &&
      (kinds?.includes(subject.kind) ?? true) &&
      (version === undefined || version === subject.version) &&
      (releases?.includes(subject.release) ?? true) &&
      matchesPath(path, finding.path),
  );
}

/** Listed differences that none of the findings used, as far as the kinds that were compared can tell. */
export function unusedDifferences(
  list: readonly Difference[],
  used: ReadonlySet<Difference>,
  comparedKinds: readonly string[],
  all: boolean,
): Difference[] {
  return list.filter(
    (difference) =>
      !used.has(difference) && (all || (difference.kinds?.every((kind) => comparedKinds.includes(kind)) ?? false)),
  );
}
