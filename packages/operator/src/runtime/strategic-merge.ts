import type { JsonObject } from '@serval/kube/objects';
import { applyStrategicMerge, builtinDefinition } from '@serval/kube/schema';

/**
 * Lists whose items have one source of several: one that is overridden is replaced as a whole, as a merge would leave two
 * sources in it, which no API server takes.
 */
const oneOfLists = ['env', 'volumes'] as const;

/** `overrides` laid over `base` as a strategic merge patch of that built-in definition does it. Neither is changed. */
export function strategicMerge<T extends object>(
  base: T,
  overrides: object,
  definition: 'core/v1.PodSpec' | 'core/v1.Container',
): T {
  const kept: Record<string, unknown> = { ...(base as Record<string, unknown>) };
  for (const list of oneOfLists) {
    const items = kept[list];
    const replaced = (overrides as Record<string, unknown>)[list];
    if (!Array.isArray(items) || !Array.isArray(replaced)) continue;
    const names = new Set(replaced.map((item: { name?: string }) => item?.name));
    // In its place, so that the order is that of a plain merge.
    kept[list] = items.map((item: { name: string }) => (names.has(item.name) ? { name: item.name } : item));
  }
  const schema = builtinDefinition(definition);
  return applyStrategicMerge(kept as JsonObject, overrides as JsonObject, schema) as unknown as T;
}
