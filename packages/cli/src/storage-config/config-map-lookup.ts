/** What is known of a ConfigMap: `undefined` there is none; `bundle` is absent where it has no `cabundle.crt`. */
export type FoundConfigMap = { bundle: string | undefined } | undefined;

export interface ConfigMapLookup {
  /** `cabundle.crt` of it. */
  bundle(name: string): string | undefined;
  exists(name: string): boolean;
}

/** More ConfigMaps than one Secret can name: a Secret has at most 1 MiB. */
const maxRounds = 1_000;

/**
 * Runs a pure function that asks for ConfigMaps while it goes, and brings what it asked for from somewhere slow: again and again, until
 * it asks for nothing new.
 */
export async function withConfigMaps<T>(
  decide: (lookup: ConfigMapLookup) => T,
  read: (name: string) => Promise<FoundConfigMap>,
): Promise<T> {
  const known = new Map<string, FoundConfigMap>();
  for (let round = 0; round < maxRounds; round++) {
    const missing = new Set<string>();
    const look = (name: string) => {
      if (!known.has(name)) missing.add(name);
      return known.get(name);
    };
    const decision = decide({ bundle: (name) => look(name)?.bundle, exists: (name) => look(name) !== undefined });
    if (missing.size === 0) return decision;
    for (const name of missing) known.set(name, await read(name));
  }
  throw new Error(`the ConfigMaps of a Secret are more than ${maxRounds}`);
}
