import type { JsonObject, KubeObject } from '../../objects/meta.ts';
import { agree, covers, isPlainObject } from './semantic.ts';

/**
 * - `same`: applying would change nothing.
 * - `differs`: applying is needed; `path` is the first field that shows it.
 * - `unsure`: everything rendered is there, but `path` holds more than was rendered in a place that is owned as a whole, which
 *   may be defaults of the server or the rest of an earlier apply. Applying once tells.
 */
export type Comparison = { verdict: 'same' } | { verdict: 'differs' | 'unsure'; path: string; why: string };

const same: Comparison = { verdict: 'same' };

/** Never part of an applied field set (`managedfields` strips them), or not written by applying to the main resource. */
const unmanagedFields = new Set(['apiVersion', 'kind', 'status']);
const unmanagedMetadata = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

/** Must `desired` be applied by `manager`, given what the server has? True also when that cannot be told for sure. */
export function needsApply(live: KubeObject | undefined, desired: KubeObject, manager: string): boolean {
  return live === undefined || compareApplied(live, desired, manager).verdict !== 'same';
}

/**
 * Compares what would be applied with the live object, by the manager's own entry in managedFields: a rendered field must be
 * owned and have the rendered value, an owned field that is no longer rendered is one to be removed. Fields that others own or that
 * the server defaulted do not matter. Quantities are compared as amounts. No schema is needed: the field set says which lists are merged
 * by key.
 *
 * @param live must carry the manager's entry of managedFields (`keepManagedFieldsOf` of a reflector).
 */
export function compareApplied(live: KubeObject, desired: KubeObject, manager: string): Comparison {
  const entry = live.metadata.managedFields?.find(
    (candidate) => candidate.manager === manager && candidate.operation === 'Apply' && !candidate.subresource,
  );
  if (entry?.fieldsV1 === undefined) return differs('', `nothing was applied by ${manager} yet`);
  if (entry.apiVersion !== desired.apiVersion) return differs('apiVersion', `was applied as ${entry.apiVersion}`);
  return compareMap({ ...desired }, { ...live }, entry.fieldsV1, '');
}

type Fields = { readonly [field: string]: unknown };

function compareMap(desired: Fields, live: Fields, owned: JsonObject, path: string): Comparison {
  let unsure: Comparison | undefined;
  for (const [field, value] of Object.entries(desired)) {
    if (isAbsent(value) || isUnmanaged(path, field)) continue;
    const at = path === '' ? field : `${path}.${field}`;
    const node = owned[`f:${field}`];
    const isEmpty = typeof value === 'object' && Object.keys(value as object).length === 0;
    if (node === undefined) {
      if (isEmpty && !isAbsent(live[field])) continue;
      if (isEmpty) {
        // The server keeps some empty values (`emptyDir: {}`) and drops others.
        unsure ??= { verdict: 'unsure', path: at, why: 'is rendered empty' };
        continue;
      }
      // Metadata of objects themselves holds only what must not be compared.
      if (at === 'metadata' && Object.keys(value as object).every((key) => unmanagedMetadata.has(key))) continue;
      return differs(at, 'is rendered but not owned');
    }
    const result = compareValue(value, live[field], node as JsonObject, at);
    if (result.verdict === 'differs') return result;
    if (result.verdict === 'unsure') unsure ??= result;
  }
  const removed = Object.keys(owned).find((key) => key.startsWith('f:') && isAbsent(desired[key.slice(2)]));
  if (removed && !isUnmanaged(path, removed.slice(2))) {
    return differs(path === '' ? removed.slice(2) : `${path}.${removed.slice(2)}`, 'is owned but no longer rendered');
  }
  return unsure ?? same;
}

function compareValue(desired: unknown, live: unknown, owned: JsonObject, path: string): Comparison {
  const members = Object.keys(owned).filter((key) => key !== '.');
  if (members.length === 0) return compareWhole(desired, live, path);
  if (members[0]?.startsWith('f:')) {
    if (!isPlainObject(desired) || !isPlainObject(live)) return differs(path, 'has another type');
    return compareMap(desired, live, owned, path);
  }
  if (!Array.isArray(desired) || !Array.isArray(live)) return differs(path, 'has another type');
  return members[0]?.startsWith('k:')
    ? compareKeyedList(desired, live, owned, members, path)
    : compareSet(desired, live, members, path);
}

/** A scalar, or a map or list that is owned as a whole. */
function compareWhole(desired: unknown, live: unknown, path: string): Comparison {
  if (agree(desired, live, path)) return same;
  if (covers(live, desired, path)) return { verdict: 'unsure', path, why: 'holds more than is rendered' };
  return differs(path, 'has another value');
}

function compareKeyedList(
  desired: unknown[],
  live: unknown[],
  owned: JsonObject,
  members: string[],
  path: string,
): Comparison {
  const unmatched = new Set(members);
  let unsure: Comparison | undefined;
  let lastIndex = -1;
  for (const item of desired) {
    const member = isPlainObject(item) ? [...unmatched].find((key) => hasKeys(item, keysOf(key))) : undefined;
    const at = `${path}[${member?.slice(2) ?? '?'}]`;
    if (member === undefined || !isPlainObject(item))
      return differs(path, 'has an item that is rendered but not owned');
    unmatched.delete(member);
    const index = live.findIndex((candidate) => isPlainObject(candidate) && hasKeys(candidate, keysOf(member)));
    if (index < 0) return differs(at, 'is missing');
    if (index < lastIndex) unsure ??= { verdict: 'unsure', path, why: 'has its items in another order' };
    lastIndex = index;
    // An item without fields of its own is owned as a whole, as owner references are.
    const result = compareValue(item, live[index], owned[member] as JsonObject, at);
    if (result.verdict === 'differs') return result;
    if (result.verdict === 'unsure') unsure ??= result;
  }
  const [removed] = unmatched;
  if (removed !== undefined) return differs(`${path}[${removed.slice(2)}]`, 'is owned but no longer rendered');
  return unsure ?? same;
}

function compareSet(desired: unknown[], live: unknown[], members: string[], path: string): Comparison {
  const wanted = new Set(desired.map((value) => `v:${JSON.stringify(value)}`));
  const there = new Set(live.map((value) => `v:${JSON.stringify(value)}`));
  for (const value of wanted) {
    if (!members.includes(value) || !there.has(value)) return differs(`${path}[${value.slice(2)}]`, 'is missing');
  }
  const removed = members.find((value) => !wanted.has(value));
  return removed ? differs(`${path}[${removed.slice(2)}]`, 'is owned but no longer rendered') : same;
}

function keysOf(member: string): Fields {
  return JSON.parse(member.slice(2)) as Fields;
}

/** The only key field with a default among the built-in kinds: ports are keyed by number and protocol. */
const keyDefaults: Fields = { protocol: 'TCP' };

function hasKeys(item: Fields, keys: Fields): boolean {
  return Object.entries(keys).every(([name, value]) => (item[name] ?? keyDefaults[name]) === value);
}

function isUnmanaged(path: string, field: string): boolean {
  if (path === '') return unmanagedFields.has(field);
  return path === 'metadata' && unmanagedMetadata.has(field);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function differs(path: string, why: string): Comparison {
  return { verdict: 'differs', path, why };
}
