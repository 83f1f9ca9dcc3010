/** Sets fields that are absent or null. A target that is no object is left for validation to refuse. */
export function setDefaults(target: unknown, values: Record<string, unknown>): void {
  if (typeof target !== 'object' || target === null) return;
  const fields = target as Record<string, unknown>;
  for (const [field, value] of Object.entries(values)) {
    if ((fields[field] === undefined || fields[field] === null) && value !== undefined) fields[field] = value;
  }
}

/** The items of a list field, or none. */
export function itemsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
