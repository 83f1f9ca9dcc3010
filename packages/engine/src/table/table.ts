import type { AnyObject, ListMeta } from '@serval/kube/objects';
import type { IncludeObject, OutputContext } from '../http/output.ts';
import type { Column, ServedResource } from '../registry/served-resource.ts';
import { formatAge } from './age.ts';

const nameDescription = 'Name must be unique within a namespace.';

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: nameDescription,
  cell: (object) => object.metadata.name ?? '',
};
export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the creation of the object.',
  cell: (object, nowMs) => formatAge(object.metadata.creationTimestamp, nowMs),
};

/** What a kind without columns of its own shows. Upstream calls the second column so, and puts the date into it. */
export const defaultColumns: readonly Column[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: 'Time of the creation of the object.',
    cell: (object) => object.metadata.creationTimestamp ?? '',
  },
];

/** `meta.k8s.io Table`. */
export function renderTable(
  resource: ServedResource,
  items: readonly AnyObject[],
  metadata: ListMeta | { resourceVersion?: string | undefined },
  { output, includeObject, nowMs }: OutputContext,
) {
  const { columns } = resource;
  const { resourceVersion, continue: next, remainingItemCount } = metadata as ListMeta;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${output.version}`,
    metadata: { resourceVersion, continue: next, remainingItemCount },
    columnDefinitions: columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: items.map((item) => ({
      cells: columns.map((column) => column.cell(item, nowMs)),
      ...rowObject(item, includeObject, output.version),
    })),
  };
}

function rowObject(object: AnyObject, include: IncludeObject, version: string): { object?: unknown } {
  if (include === 'None') return {};
  if (include === 'Object') return { object };
  return { object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata } };
}
