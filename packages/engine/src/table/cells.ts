import type { AnyObject, Labels } from '@serval/kube/objects';
import { formatLabelSelector, labelRequirements } from '@serval/kube/objects';
import type { Column } from '../registry/served-resource.ts';

type Cell = string | number | boolean | null;

/** A column; `wide` ones show with `-o wide` only. */
export function column(
  name: string,
  cell: (object: AnyObject, nowMs: number) => Cell | undefined,
  options: { type?: Column['type']; wide?: boolean } = {},
): Column {
  return {
    name,
    type: options.type ?? 'string',
    ...(options.wide ? { priority: 1 } : {}),
    cell: (object, nowMs) => cell(object, nowMs) ?? '',
  };
}

export function wide(name: string, cell: (object: AnyObject, nowMs: number) => Cell | undefined): Column {
  return column(name, cell, { wide: true });
}

export function count(name: string, cell: (object: AnyObject) => number | undefined): Column {
  return column(name, (object) => cell(object) ?? 0, { type: 'integer' });
}

export function orNone(value: string | undefined): string {
  return value || '<none>';
}

/** `a=b,c in (d,e)` of a LabelSelector or a plain map. */
function selectorText(selector: unknown): string {
  if (typeof selector !== 'object' || selector === null) return '<none>';
  try {
    return orNone(formatLabelSelector(labelRequirements(selector as Parameters<typeof labelRequirements>[0])));
  } catch {
    return '<error>';
  }
}

export function mapText(labels: Labels): string {
  return orNone(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
}

/** Names and images of a Pod template's containers. */
export function containerColumns(): Column[] {
  const containers = (object: AnyObject): { name: string; image?: string }[] =>
    object['spec']?.template?.spec?.containers ?? [];
  return [
    wide('Containers', (object) =>
      containers(object)
        .map(({ name }) => name)
        .join(','),
    ),
    wide('Images', (object) =>
      containers(object)
        .map(({ image }) => image ?? '')
        .join(','),
    ),
    wide('Selector', (object) => selectorText(object['spec']?.selector)),
  ];
}
