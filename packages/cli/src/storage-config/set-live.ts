import type { Client } from '@serval/kube/client';
import { configMaps, isStatusError, type Secret, secrets } from '@serval/kube/objects';
import type { Problem } from '@serval/storage/config';
import { CliError } from '../command/cli-error.ts';
import { type EntryEdit, editEntry } from './edit-entry.ts';
import { bundleKey, bundleOf, decodeSecret, encodeBase64 } from './storage-secret.ts';
import { bundleConfigMap } from './write-live.ts';

export interface EntryToSet {
  key: string;
  edit: EntryEdit;
  caConfigMap: string | undefined;
  secretName: string;
  now: Date;
  dryRun: boolean;
}

export interface SetEntry {
  namespace: string;
  name: string;
  before: string | undefined;
  after: string;
  /** The ConfigMap that was written. */
  configMap?: string;
  warnings: Problem[];
}

const maxAttempts = 10;

/** Writes the ConfigMap first, then the Secret, if nobody changed it in between; otherwise all again. */
export async function setLive(
  client: Client,
  entry: EntryToSet,
  options: { namespace: string; signal: AbortSignal; readBundle: (name: string) => Promise<string | undefined> },
): Promise<SetEntry> {
  const { namespace, signal } = options;
  const { key, secretName: name, dryRun } = entry;
  for (let attempt = 1; ; attempt++) {
    const live = await orUndefined(client.get(secrets, { namespace, name }, { signal }));
    const before = live && decodeSecret(live, namespace).data[key];
    const edit = await withBundle(entry, options.readBundle);
    const { text, configMap, warnings } = editEntry(key, before, edit, { secretName: name, now: entry.now });
    const isWritten = configMap !== undefined && (await options.readBundle(configMap.name)) !== configMap.bundle;
    const done = {
      namespace,
      name,
      before,
      after: text,
      ...(isWritten ? { configMap: configMap.name } : {}),
      warnings,
    };
    if (dryRun) return done;
    try {
      if (isWritten) await writeBundle(client, { namespace, name }, configMap, signal);
      if (before !== text) await writeEntry(client, live, entry, text, options);
      return done;
    } catch (error) {
      if (!isStatusError(error, 'Conflict', 'AlreadyExists', 'NotFound') || attempt === maxAttempts) throw error;
    }
  }
}

/** The certificates of `--ca-configmap`. @throws CliError BadUsage where it has none */
export async function withBundle(
  { edit, caConfigMap }: EntryToSet,
  readBundle: (name: string) => Promise<string | undefined>,
): Promise<EntryEdit> {
  if (caConfigMap === undefined) return edit;
  const pem = await readBundle(caConfigMap);
  if (pem === undefined) {
    throw new CliError('BadUsage', `ConfigMap ${caConfigMap} is not there or has no key ${bundleKey}`);
  }
  return { ...edit, ca: { pem, where: `ConfigMap ${caConfigMap}, ${bundleKey}`, configMap: caConfigMap } };
}

async function writeBundle(
  client: Client,
  secret: { namespace: string; name: string },
  { name, bundle }: { name: string; bundle: string },
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = secret;
  const live = await orUndefined(client.get(configMaps, { namespace, name }, { signal }));
  if (!live) await client.create(configMaps, bundleConfigMap(secret, name, bundle), { signal });
  else if (bundleOf(live) !== bundle) {
    const data = { ...live.data, [bundleKey]: bundle };
    await client.update(configMaps, { ...live, apiVersion: 'v1', kind: 'ConfigMap', data }, { signal });
  }
}

async function writeEntry(
  client: Client,
  live: Secret | undefined,
  { key, secretName: name }: EntryToSet,
  text: string,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<void> {
  const head = { apiVersion: 'v1', kind: 'Secret' } as const;
  const data = { ...live?.data, [key]: encodeBase64(text) };
  if (live) await client.update(secrets, { ...live, ...head, data }, { signal });
  else await client.create(secrets, { ...head, metadata: { name, namespace }, type: 'Opaque', data }, { signal });
}

async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}
