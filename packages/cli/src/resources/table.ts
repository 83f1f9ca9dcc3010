import type { AnyObject } from '@serval/kube/objects';

/** `meta.k8s.io/v1 Table`: rows as the server prints them. */
export interface ServerTable {
  kind: 'Table';
  metadata: { resourceVersion?: string; continue?: string };
  columnDefinitions?: { name: string; type: string; priority?: number }[] | null;
  rows: { cells: unknown[]; object?: AnyObject }[] | null;
}

export const acceptTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export interface PrintedTable {
  head: string[];
  rows: string[][];
}

/** Columns of priority 0, and with `wide` all; with `withNamespace` the namespace first. */
export function printableTable(
  table: ServerTable,
  { wide, withNamespace }: { wide: boolean; withNamespace: boolean },
): PrintedTable {
  const shown = (table.columnDefinitions ?? [])
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => wide || (column.priority ?? 0) === 0);
  return {
    head: [...(withNamespace ? ['NAMESPACE'] : []), ...shown.map(({ column }) => column.name.toUpperCase())],
    rows: (table.rows ?? []).map((row) => [
      ...(withNamespace ? [row.object?.metadata.namespace ?? ''] : []),
      ...shown.map(({ index }) => cellText(row.cells[index])),
    ]),
  };
}

function cellText(value: unknown): string {
  return value === undefined || value === null
    ? '<none>'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}
