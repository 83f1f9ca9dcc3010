import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dump } from 'js-yaml';
import { parseKubeconfig } from './load.ts';
import type { KubeconfigFile } from './types.ts';

export interface KubeconfigEntry {
  /** Name of cluster, user and context. */
  name: string;
  server: string;
  /** PEM. */
  caData?: string;
  token?: string;
  namespace?: string;
}

export interface WriteKubeConfigOptions {
  /** Keep what the file already holds, replacing only entries of the same name. Default: the file holds this entry only. */
  merge?: boolean;
  /** Default true. */
  setCurrent?: boolean;
}

/**
 * Writes one cluster, user and context of the same name. The file appears whole or not at all, with mode 0600.
 *
 * @throws KubeconfigError when merging into a file that is not a kubeconfig.
 */
export async function writeKubeConfig(
  path: string,
  entry: KubeconfigEntry,
  { merge = false, setCurrent = true }: WriteKubeConfigOptions = {},
): Promise<void> {
  const existing = merge ? await readExisting(path) : undefined;
  const text = dump(withEntry(existing ?? {}, entry, setCurrent), { lineWidth: -1 });
  await mkdir(dirname(path), { recursive: true });
  // Renaming over a symbolic link would replace the link, not the file a person keeps elsewhere.
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The configuration with the entry's cluster, user and context added or replaced. */
export function withEntry(config: KubeconfigFile, entry: KubeconfigEntry, setCurrent: boolean): KubeconfigFile {
  const { name } = entry;
  const cluster = {
    server: entry.server,
    ...(entry.caData ? { 'certificate-authority-data': Buffer.from(entry.caData).toString('base64') } : {}),
  };
  const user = entry.token ? { token: entry.token } : {};
  const context = { cluster: name, user: name, ...(entry.namespace ? { namespace: entry.namespace } : {}) };
  const current = setCurrent || !config['current-context'] ? name : config['current-context'];
  return {
    ...config,
    apiVersion: 'v1',
    kind: 'Config',
    clusters: replaced(config.clusters, { name, cluster }),
    users: replaced(config.users, { name, user }),
    contexts: replaced(config.contexts, { name, context }),
    'current-context': current,
  };
}

function replaced<T extends { name: string }>(entries: T[] | undefined | null, next: T): T[] {
  return [...(entries ?? []).filter(({ name }) => name !== next.name), next];
}

async function readExisting(path: string): Promise<KubeconfigFile | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return text.trim() === '' ? undefined : parseKubeconfig(text, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
