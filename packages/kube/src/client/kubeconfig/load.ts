import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';
import type { TransportOptions } from '../socket-transport.ts';
import { pluginCredentials } from './plugin-credentials.ts';
import { tokenFileReader } from './token-file.ts';
import { type KubeconfigCluster, KubeconfigError, type KubeconfigFile, type KubeconfigUser } from './types.ts';

export interface LoadedKubeConfig extends TransportOptions {
  /** The context's; `default` when it names none. */
  namespace: string;
}

/**
 * What a kubeconfig says about reaching its API server. Files that it names are resolved against its own directory, as kubectl does.
 *
 * @param context default: the file's current one.
 * @throws KubeconfigError naming the file and the entry at fault.
 */
export async function loadKubeConfig(path: string, context?: string): Promise<LoadedKubeConfig> {
  const text = await readNamed(path, 'kubeconfig');
  const config = parseKubeconfig(text, path);
  const contextName = context ?? config['current-context'];
  if (!contextName) throw new KubeconfigError(`kubeconfig ${path} has no current-context; name a context`);
  const chosen = config.contexts?.find(({ name }) => name === contextName)?.context;
  if (!chosen) {
    const known = config.contexts?.map(({ name }) => name).join(', ') || 'none';
    throw new KubeconfigError(`kubeconfig ${path} has no context "${contextName}"; it has: ${known}`);
  }
  const cluster = config.clusters?.find(({ name }) => name === chosen.cluster)?.cluster;
  if (!cluster?.server) throw new KubeconfigError(`kubeconfig ${path}: cluster "${chosen.cluster}" has no server`);
  const user = config.users?.find(({ name }) => name === chosen.user)?.user;
  if (chosen.user && !user) throw new KubeconfigError(`kubeconfig ${path} has no user "${chosen.user}"`);
  const inFile = createFileReader(path);
  return {
    namespace: chosen.namespace || 'default',
    ...(await clusterOptions(cluster as KubeconfigCluster & { server: string }, inFile)),
    ...(user ? await userOptions(user, inFile, { text, contextName, path }) : {}),
  };
}

export function parseKubeconfig(text: string, path: string): KubeconfigFile {
  let value: unknown;
  try {
    value = load(text);
  } catch (cause) {
    // The parser's own message quotes the lines around the error, which may hold a credential.
    const { mark } = cause as { mark?: { line: number; column: number } };
    const at = mark ? ` (line ${mark.line + 1}, column ${mark.column + 1})` : '';
    throw new KubeconfigError(`kubeconfig ${path} is not valid YAML${at}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KubeconfigError(`kubeconfig ${path} must be a mapping of kind Config`);
  }
  return value as KubeconfigFile;
}

type FileReader = (data: string | undefined, file: string | undefined, what: string) => Promise<string | undefined>;

/** Inline base64 data wins over a file, as in client-go. */
function createFileReader(configPath: string): FileReader {
  return async (data, file, what) => {
    if (data) return Buffer.from(data, 'base64').toString('utf8');
    return file ? await readNamed(resolve(dirname(configPath), file), what) : undefined;
  };
}

async function clusterOptions(cluster: KubeconfigCluster & { server: string }, read: FileReader) {
  const caData = await read(
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
    'certificate-authority',
  );
  return {
    server: cluster.server,
    ...(caData ? { caData } : {}),
    ...(cluster['tls-server-name'] ? { tlsServerName: cluster['tls-server-name'] } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { insecureSkipTlsVerify: true } : {}),
  };
}

async function userOptions(
  user: KubeconfigUser,
  read: FileReader,
  source: { text: string; contextName: string; path: string },
): Promise<Partial<TransportOptions>> {
  if (user.exec || user['auth-provider']) return await pluginCredentials(source);
  const clientCert = await read(user['client-certificate-data'], user['client-certificate'], 'client-certificate');
  const clientKey = await read(user['client-key-data'], user['client-key'], 'client-key');
  const token = user.tokenFile ? tokenFileReader(resolve(dirname(source.path), user.tokenFile)) : user.token;
  return { ...(clientCert ? { clientCert } : {}), ...(clientKey ? { clientKey } : {}), ...(token ? { token } : {}) };
}

async function readNamed(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new KubeconfigError(`cannot read ${what} ${path}: ${(cause as NodeJS.ErrnoException).code ?? cause}`, {
      cause,
    });
  }
}
