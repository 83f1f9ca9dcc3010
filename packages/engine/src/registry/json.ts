import type { AnyObject } from '@serval/kube/objects';

/** The value at `.spec.replicas`-like paths of plain field names; `['a.b']` segments are understood. */
export function getPath(object: unknown, path: string): unknown {
  let value = object;
  for (const segment of segmentsOf(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

/** Sets a value, making objects on the way. */
export function setPath(object: AnyObject, path: string, value: unknown): void {
  const segments = segmentsOf(path);
  const last = segments.pop();
  if (last === undefined) return;
  let target: Record<string, unknown> = object;
  for (const segment of segments) {
    const next = target[segment];
    if (typeof next !== 'object' || next === null) target[segment] = {};
    target = target[segment] as Record<string, unknown>;
  }
  target[last] = value;
}

function segmentsOf(path: string): string[] {
  return [...path.matchAll(/\.([^.[\]]+)|\['([^']+)'\]/g)].map((match) => (match[1] ?? match[2])!);
}
