import { StatusError } from '@serval/kube/objects';
import type { Comparison } from './compare.ts';
import {
  difference,
  type FieldPath,
  type FieldSet,
  hasPath,
  intersection,
  isEmptySet,
  pathsOf,
  union,
} from './field-set.ts';
import { formatPath } from './fields-v1.ts';
import type { Manager, Managers } from './managers.ts';

export interface Conflict {
  readonly manager: Manager;
  readonly path: FieldPath;
}

/** Fields that a write adds or changes and that others than `writer` own. */
export function findConflicts(managers: Managers, writer: string, { added, modified }: Comparison): Conflict[] {
  const touched = union(added, modified);
  return [...managers].flatMap(([id, manager]) => {
    if (id === writer) return [];
    return [...pathsOf(intersection(manager.fields, touched))].map((path) => ({ manager, path }));
  });
}

/** What everybody but `writer` owns after a write: not what was changed, nor what is gone. */
export function releaseFields(managers: Managers, writer: string, { added, modified, removed }: Comparison): Managers {
  const released = union(union(added, modified), removed);
  const result = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const fields = id === writer ? manager.fields : difference(manager.fields, released);
    if (!isEmptySet(fields)) result.set(id, { ...manager, fields });
  }
  return result;
}

/** Conflicts that are not excused by `allowed`. */
export function conflictsOutside(conflicts: readonly Conflict[], allowed: FieldSet): Conflict[] {
  return conflicts.filter(({ path }) => !hasPath(allowed, path));
}

/** 409 with a cause per field, worded as kube-apiserver does, since kubectl shows and people search for it. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const sorted = [...conflicts].sort((a, b) => (describe(a.manager) < describe(b.manager) ? -1 : 1));
  const causes = sorted.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describe(manager)}`,
    field: formatPath(path),
  }));
  const [only] = sorted;
  if (sorted.length === 1 && only) {
    const text = `Apply failed with 1 conflict: conflict with ${describe(only.manager)}: ${formatPath(only.path)}`;
    return new StatusError('Conflict', text, { details: { causes } });
  }
  const groups = Map.groupBy(sorted, ({ manager }) => describe(manager));
  const lines = [...groups].flatMap(([manager, ofManager]) => [
    `conflicts with ${manager}:`,
    ...ofManager.map(({ path }) => `- ${formatPath(path)}`),
  ]);
  const text = `Apply failed with ${sorted.length} conflicts: ${lines.join('\n')}`;
  return new StatusError('Conflict', text, { details: { causes } });
}

function describe({ name, operation, apiVersion, subresource }: Manager): string {
  const quoted = `${JSON.stringify(name)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${quoted} using ${apiVersion}` : quoted;
}
