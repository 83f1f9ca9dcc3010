import type { AnyObject } from '@serval/kube/objects';

/** A deep copy of a JSON value; several times faster than `structuredClone`. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    // JSON.parse makes such a field; assigning it would set the prototype. No Kubernetes field has the name.
    if (field !== undefined && key !== '__proto__') copy[key] = cloneJson(field);
  }
  return copy as T;
}

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
