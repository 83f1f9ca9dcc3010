import { ENTRY_TYPES } from './entry-type.ts';
import type { Problem, StorageConfig, StorageEntry } from './model.ts';

/**
 * The entry that a service means: the one it names, else `default_TYPE` (by each name of the type), else `default` unless that is of another
 * type. A named one that is missing is a problem; a missing default is not: there may be other credentials (KServe).
 */
export function chooseEntry(
  config: StorageConfig,
  { key, type }: { key?: string | undefined; type?: string | undefined },
): StorageEntry | Problem | undefined {
  const find = (name: string) => config.entries.find((entry) => entry.key === name);
  if (key) return find(key) ?? missing(key, config);
  if (!type) return find('default');
  const known = Object.hasOwn(ENTRY_TYPES, type) ? ENTRY_TYPES[type] : undefined;
  const others = Object.keys(ENTRY_TYPES).filter((name) => known !== undefined && ENTRY_TYPES[name] === known);
  for (const name of [type, ...others]) {
    const entry = find(`default_${name}`);
    if (entry) return entry;
  }
  const fallback = find('default');
  return fallback?.type === undefined || fallback.type === known ? fallback : undefined;
}

export function isProblem(found: StorageEntry | Problem): found is Problem {
  return 'code' in found;
}

function missing(key: string, { entries }: StorageConfig): Problem {
  const keys = entries.slice(0, 10).map((entry) => entry.key);
  const more = entries.length > keys.length ? ` and ${entries.length - keys.length} more` : '';
  const message = `no entry ${key}; there ${keys.length === 0 ? 'is none' : `are ${keys.join(', ')}${more}`}`;
  return { code: 'NotFound', severity: 'error', key, message };
}
