import type { EntryType, Problem, StorageConfig, StorageEntry } from './model.ts';

/**
 * The entry that a service means: the one it names, else `default_TYPE`, else `default` (KServe). A named one that is missing is a
 * problem; a missing default is not: there may be other credentials.
 */
export function chooseEntry(
  config: StorageConfig,
  { key, type }: { key?: string | undefined; type?: EntryType | undefined },
): StorageEntry | Problem | undefined {
  const find = (name: string) => config.entries.find((entry) => entry.key === name);
  if (key !== undefined && key !== '') {
    const keys = config.entries.map((entry) => entry.key);
    const message = `no entry ${key}; there ${keys.length === 0 ? 'is none' : `are ${keys.join(', ')}`}`;
    return find(key) ?? { code: 'NotFound', severity: 'error', key, message };
  }
  return (type && find(`default_${type}`)) ?? find('default');
}

export function isProblem(found: StorageEntry | Problem): found is Problem {
  return 'code' in found;
}
