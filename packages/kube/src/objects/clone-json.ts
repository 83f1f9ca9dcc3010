/** A deep copy of a JSON value, without fields that are undefined; several times faster than `structuredClone`. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    // JSON.parse makes such a field; assigning it would set the prototype. No Kubernetes field has the name.
    if (field !== undefined && key !== '__proto__') copy[key] = cloneJson(field);
  }
  return copy as T;
}
