/**
 * Values over defaults, as Helm puts them together: maps are merged, everything else replaces, and null removes the default.
 */
export function mergeValues(
  defaults: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = new Map(Object.entries(defaults));
  for (const [name, value] of Object.entries(given)) {
    const fallback = merged.get(name);
    if (value === null) merged.delete(name);
    else merged.set(name, isMap(value) && isMap(fallback) ? mergeValues(fallback, value) : value);
  }
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
