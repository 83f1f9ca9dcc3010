import { entryOf, type FindingId } from './catalogue.ts';
import type { CheckReport, Finding } from './finding.ts';
import type { Seen, Snapshot } from './snapshot.ts';

type Found = Omit<Finding, 'id' | 'severity' | 'hides'>;

/** Where a check writes down what it did. */
export interface Notes {
  /** One more fact was held against a rule; answers whether it held, and writes the finding down where it did not. */
  expect(holds: boolean, id: FindingId, found: () => Found): boolean;
  /** So many more facts held. */
  held(count: number): void;
  /** The objects of a kind; none, and a remark, where they could not be read. */
  read<T>(seen: Seen<T>, what: string): readonly T[];
  notChecked(why: string): void;
}

/** One family of checks: looks at a snapshot, and at nothing else. */
export interface Check {
  readonly name: string;
  run(snapshot: Snapshot, notes: Notes): void;
}

/** Runs one check. What compared nothing has passed nothing, and says so. */
export function runCheck(check: Check, snapshot: Snapshot): { report: CheckReport; findings: Finding[] } {
  const findings: Finding[] = [];
  const notChecked = new Set<string>();
  let compared = 0;
  check.run(snapshot, {
    expect(holds, id, found) {
      compared += 1;
      if (!holds) {
        const { severity, hides = [] } = entryOf(id);
        findings.push({ id, severity, ...found(), hides });
      }
      return holds;
    },
    held(count) {
      compared += count;
    },
    read(seen, what) {
      if ('unread' in seen) {
        notChecked.add(`${what}: ${seen.unread}`);
        return [];
      }
      if (seen.partly) notChecked.add(`${what}: ${seen.partly}`);
      return seen.items;
    },
    notChecked: (why) => void notChecked.add(why),
  });
  if (compared === 0 && notChecked.size === 0) notChecked.add('there was nothing to compare');
  return { report: { name: check.name, compared, notChecked: [...notChecked] }, findings };
}
