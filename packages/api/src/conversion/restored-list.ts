import { deepEqual, type Json } from '@serval/kube/objects';
import { isMap, ownValue } from './json-parts.ts';

/** Longer lists are taken as a whole: comparing each item with each other one would cost too much. */
const maxItems = 100;
/** What tells the items of a list apart in the kinds that have several versions. */
const identity = ['name', 'url'];

interface Lists {
  /** The list as it is now. */
  readonly current: readonly Json[];
  /** What the other version showed of it. */
  readonly was: readonly Json[];
  /** What it was. */
  readonly value: readonly Json[];
}

type Merge = (current: Json, was: Json, value: Json) => Json;

/**
 * A list that was edited in a version that showed less of it: each item that is still there gets back what was not shown, wherever it stands
 * now, and items at the end that were not shown at all come back. Items that were removed stay away.
 */
export function restoredList({ current, was, value }: Lists, merge: Merge): Json[] {
  if (value.length < was.length || Math.max(current.length, value.length) > maxItems) return [...current];
  const known = was.map((item, index) => ({ was: item, value: value[index] as Json }));
  const free = new Set(known);
  const found = new Map<number, (typeof known)[number]>();
  for (const isSame of [deepEqual, hasSameIdentity]) {
    for (const [index, item] of current.entries()) {
      if (found.has(index)) continue;
      const here = known[index];
      const isHere = here !== undefined && free.has(here) && isSame(item, here.was);
      const chosen = isHere ? here : free.values().find((candidate) => isSame(item, candidate.was));
      if (!chosen) continue;
      found.set(index, chosen);
      free.delete(chosen);
    }
  }
  const result = current.map((item, index) => {
    const origin = found.get(index);
    if (!origin) return item;
    return deepEqual(item, origin.was) ? origin.value : merge(item, origin.was, origin.value);
  });
  const unseen = value.slice(was.length).filter((item) => !result.some((other) => deepEqual(item, other)));
  return [...result, ...unseen];
}

function hasSameIdentity(item: Json, was: Json): boolean {
  if (!isMap(item) || !isMap(was)) return false;
  const names = identity.filter((name) => ownValue(was, name) !== undefined || ownValue(item, name) !== undefined);
  return names.length > 0 && names.every((name) => item[name] === was[name]);
}
