import type { ManagedFieldsEntry } from '@serval/kube/objects';
import { difference, type FieldSet, isEmptySet, setOf, union } from './field-set.ts';
import { parseFieldsV1, serializeFieldsV1 } from './fields-v1.ts';

/** One manager's part of an object. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339 with seconds. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}
export type Managers = ReadonlyMap<string, Manager>;

/** Update entries above this number are folded into one, the oldest first. */
const maxUpdateManagers = 10;
const foldedName = 'ancient-changes';

/** Who is the same manager: an applier whatever version it applies in, an updater per version. */
export function managerId(manager: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const version = manager.operation === 'Apply' ? '' : manager.apiVersion;
  return JSON.stringify([manager.operation, manager.name, version, manager.subresource]);
}

/**
 * Reads `metadata.managedFields`.
 *
 * @throws RangeError for an entry that is not well formed.
 */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const managers = new Map<string, Manager>();
  for (const entry of entries ?? []) {
    const { operation, apiVersion, fieldsType } = entry;
    if (operation !== 'Apply' && operation !== 'Update') throw new RangeError('operation must be Apply or Update');
    if (!apiVersion) throw new RangeError('apiVersion must not be empty');
    if (fieldsType !== 'FieldsV1')
      throw new RangeError(`fieldsType must be FieldsV1, got ${JSON.stringify(fieldsType)}`);
    const manager: Manager = {
      name: entry.manager ?? '',
      operation,
      apiVersion,
      subresource: entry.subresource ?? '',
      time: entry.time,
      fields: parseFieldsV1(entry.fieldsV1),
    };
    managers.set(managerId(manager), manager);
  }
  return managers;
}

/** The entries, sorted as the API server sorts them: appliers first, then by time and name. Managers of nothing are left out. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] {
  const sortKey = ({ operation, time, name, apiVersion, subresource }: Manager) =>
    JSON.stringify([operation, time ?? '', name, apiVersion, subresource]);
  return [...managers.values()]
    .filter(({ fields }) => !isEmptySet(fields))
    .map((manager) => ({ manager, key: sortKey(manager) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ manager: { name, operation, apiVersion, subresource, time, fields } }) => ({
      manager: name,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1' as const,
      fieldsV1: serializeFieldsV1(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

/** Fields that nobody owns: what identifies an object, and what the server keeps. */
const unowned = setOf(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => ['f:metadata', `f:${field}`]),
);

export function withoutUnowned(fields: FieldSet): FieldSet {
  return difference(fields, unowned);
}

/** Folds the oldest updaters of the same version together until at most `maxUpdateManagers` are left. */
export function foldOldUpdaters(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update');
  let excess = updaters.length - maxUpdateManagers;
  if (excess <= 0) return managers;
  const result = new Map(managers);
  updaters.sort((a, b) => ((a.time ?? '') + a.name < (b.time ?? '') + b.name ? -1 : 1));
  const first = new Map<string, Manager>();
  for (const manager of updaters) {
    if (excess <= 0) break;
    const earlier = first.get(manager.apiVersion);
    if (earlier === undefined) {
      first.set(manager.apiVersion, manager);
      continue;
    }
    const folded: Manager = {
      ...manager,
      name: foldedName,
      subresource: '',
      fields: union(earlier.fields, manager.fields),
    };
    result.delete(managerId(earlier));
    result.delete(managerId(manager));
    result.set(managerId(folded), folded);
    first.set(manager.apiVersion, folded);
    excess -= 1;
  }
  return result;
}
