import type { CrdBundle } from '@serval/api';
import type { Difference } from './differences.ts';
import type { LocatedFinding } from './finding.ts';
import { matchesPath } from './path-pattern.ts';

/** Where a finding was made. */
export interface Subject {
  release: string;
  kind: string;
  version: string;
  /** The bundle that was compared. */
  bundle: CrdBundle;
}

/** The difference of the list that explains a finding, if any. */
export function explanation(
  subject: Subject,
  finding: LocatedFinding,
  list: readonly Difference[],
): Difference | undefined {
  return list.find(
    ({ kinds, version, releases, bundle, isKeptOpen, aspect, path }) =>
      aspect === finding.aspect &&
      (kinds?.includes(subject.kind) ?? true) &&
      (version === undefined || version === subject.version) &&
      (releases?.includes(subject.release) ?? true) &&
      (bundle === undefined || bundle === subject.bundle) &&
      (!isKeptOpen || finding.isKeptOpen === true) &&
      matchesPath(path, finding.path),
  );
}

/** What was compared. */
export interface Scope {
  bundle: CrdBundle;
  kinds: ReadonlySet<string>;
  areAllKinds: boolean;
}

/** Listed differences that none of the findings used, as far as what was compared can tell. */
export function unusedDifferences(
  list: readonly Difference[],
  used: ReadonlySet<Difference>,
  { bundle, kinds, areAllKinds }: Scope,
): Difference[] {
  return list.filter((difference) => {
    if (used.has(difference)) return false;
    if (difference.bundle !== undefined && difference.bundle !== bundle) return false;
    return areAllKinds || (difference.kinds?.every((kind) => kinds.has(kind)) ?? false);
  });
}
