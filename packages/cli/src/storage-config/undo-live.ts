import type { Client } from '@serval/kube/client';
import { configMaps, isStatusError, secrets } from '@serval/kube/objects';
import type { SecretRecord } from './backup.ts';
import { bundleOf } from './storage-secret.ts';

export type Undone = 'undone' | 'was not migrated' | 'gone' | 'changed since';

/** Two writers between a read and a write are already unlikely. */
const maxAttempts = 10;

/**
 * Takes one record back: the keys that it changed, if they are still what it made of them (or whatever they are, with `force`), then the
 * ConfigMaps that it made, if they are still as made. Other keys of the Secret stay.
 */
export async function undoSecret(
  client: Client,
  { namespace, name, keys, configMaps: made }: SecretRecord,
  { force, signal }: { force: boolean; signal: AbortSignal },
): Promise<Undone> {
  for (let attempt = 1; ; attempt++) {
    const live = await orUndefined(client.get(secrets, { namespace, name }, { signal }));
    if (!live) return 'gone';
    const is = (side: 'before' | 'after') =>
      Object.entries(keys).every(([key, texts]) => live.data?.[key] === texts[side]);
    const isBefore = is('before');
    if (!isBefore && !is('after') && !force) return 'changed since';
    if (!isBefore) {
      const data = { ...live.data };
      for (const [key, { before }] of Object.entries(keys)) {
        if (before === undefined) delete data[key];
        else data[key] = before;
      }
      try {
        await client.update(secrets, { ...live, apiVersion: 'v1', kind: 'Secret', data }, { signal });
      } catch (error) {
        if (isStatusError(error, 'Conflict') && attempt < maxAttempts) continue;
        throw error;
      }
    }
    const removed = await removeConfigMaps(client, namespace, made, signal);
    return isBefore && !removed ? 'was not migrated' : 'undone';
  }
}

async function removeConfigMaps(
  client: Client,
  namespace: string,
  made: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  let removed = false;
  for (const [name, bundle] of Object.entries(made)) {
    const live = await orUndefined(client.get(configMaps, { namespace, name }, { signal }));
    if (!live || bundleOf(live) !== bundle || Object.keys(live.data ?? {}).length !== 1) continue;
    const { uid, resourceVersion } = live.metadata;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    await orUndefined(client.delete(configMaps, { namespace, name }, { preconditions, signal }));
    removed = true;
  }
  return removed;
}

async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}
