import { printable } from '../storage-config/print-plan.ts';
import type { Notes } from './note.ts';
import { isValues, saysNothing, type Values } from './values.ts';

/** `true` for what was taken over, a sentence for what is left and known, and a tree for what is looked into. */
export interface FieldTable {
  readonly [field: string]: true | string | FieldTable;
}

/** A person reads no more of one object. */
const maxFields = 100;

/** Notes every field that says something and was not taken over, by its path alone. */
export function noteLeftFields(values: Values, table: FieldTable, notes: Notes): void {
  const found = leftFields(values, table, '');
  for (const message of found.slice(0, maxFields)) notes.left(message);
  if (found.length > maxFields) notes.left(`and ${found.length - maxFields} more fields`);
}

function leftFields(values: Values, table: FieldTable, prefix: string): string[] {
  return Object.entries(values).flatMap(([field, value]) => {
    if (saysNothing(value)) return [];
    const path = printable(`${prefix}${field}`.slice(0, 128));
    const known = Object.hasOwn(table, field) ? table[field] : undefined;
    if (known === true) return [];
    if (typeof known === 'string') return [`${path}: ${known}`];
    if (known === undefined) return [`${path}: has no equivalent`];
    return isValues(value) ? leftFields(value, known, `${path}.`) : [`${path}: is of an unknown form`];
  });
}
