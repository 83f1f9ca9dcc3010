import { type Migration, planMigration } from '@serval/storage/config';
import { type FoundConfigMap, withConfigMaps } from './config-map-lookup.ts';
import type { StorageSecret } from './storage-secret.ts';

export interface PlannedSecret {
  secret: StorageSecret;
  migration: Migration;
}

export interface PlanOptions {
  to: 'dual' | 'names';
  mountPath: string | undefined;
  now: Date;
  /** Whether a ConfigMap that an entry names already may be made. In files it may well be somewhere else. */
  createsNamed: boolean;
}

export function planSecret(
  secret: StorageSecret,
  read: (name: string) => Promise<FoundConfigMap>,
  { to, mountPath, now, createsNamed }: PlanOptions,
): Promise<PlannedSecret> {
  return withConfigMaps(({ bundle, exists }) => {
    const isNamed = (name: string) => Object.values(secret.data).some((text) => text.includes(JSON.stringify(name)));
    const migration = planMigration(secret.data, bundle, {
      now,
      to,
      secretName: secret.name,
      mayCreate: (name) => (createsNamed || !isNamed(name)) && !exists(name),
      ...(mountPath === undefined ? {} : { mountPath }),
    });
    return { secret, migration };
  }, read);
}

export function hasChanges({ migration }: PlannedSecret): boolean {
  return migration.changes.length > 0;
}

/** The keys that differ, with their texts before and afterwards. */
export function changedKeys({ secret, migration }: PlannedSecret): Record<string, { before?: string; after?: string }> {
  const keys = [...new Set([...Object.keys(secret.data), ...Object.keys(migration.data)])];
  return Object.fromEntries(
    keys
      .filter((key) => secret.data[key] !== migration.data[key])
      .map((key) => {
        const [before, after] = [secret.data[key], migration.data[key]];
        return [key, { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
      }),
  );
}
