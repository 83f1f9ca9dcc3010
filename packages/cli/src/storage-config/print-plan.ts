import type { Output } from '../command/output.ts';
import { maskedEntryDiff, maskedText } from './masked-diff.ts';
import { changedKeys, type PlannedSecret } from './plan-secret.ts';

/** The plan as a person decides about it: what differs of each entry, why, and what was left. */
export function printPlan(out: Pick<Output, 'print'>, plans: readonly PlannedSecret[]): void {
  for (const plan of plans) {
    const { secret, migration } = plan;
    if (migration.changes.length === 0 && migration.untouched.length === 0) continue;
    out.print(`Secret ${label(secret)}`);
    for (const [key, { before, after }] of Object.entries(changedKeys(plan))) {
      out.print(`  ${key}${after === undefined ? ' (removed)' : ''}`);
      for (const line of maskedEntryDiff(before, after)) out.print(`    ${line}`);
      for (const { message } of migration.changes.filter((change) => change.key === key)) out.print(`    # ${message}`);
    }
    for (const [name, bundle] of Object.entries(migration.configMaps)) {
      out.print(`  ConfigMap ${name} (new)`);
      out.print(`    + "cabundle.crt": ${maskedText(bundle)}`);
    }
    for (const { key, code, message, hint, untouched } of migration.untouched) {
      out.print(`  ${key}: ${untouched ? 'left as it is' : 'needs you'} (${code}): ${printable(message)}`);
      out.print(`    hint: ${hint}`);
    }
  }
}

export function label({ namespace, name }: { namespace: string; name: string }): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Entries are written by anybody: nothing in them may move the cursor or break a line. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
