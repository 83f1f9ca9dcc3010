import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedKubeConfig } from './load.ts';
import { tokenFileReader } from './token-file.ts';
import { KubeconfigError } from './types.ts';

/**
 * What a Pod is given to reach its API server: the service account's files, and the address in the environment.
 *
 * @param environment `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`.
 * @throws KubeconfigError outside a Pod.
 */
export async function loadInClusterConfig(
  environment: Record<string, string | undefined>,
  directory = '/var/run/secrets/kubernetes.io/serviceaccount',
): Promise<LoadedKubeConfig> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) throw new KubeconfigError('KUBERNETES_SERVICE_HOST is not set: this process runs outside a Pod');
  const caData = await readFile(join(directory, 'ca.crt'), 'utf8').catch(() => undefined);
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => 'default');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    token: tokenFileReader(join(directory, 'token')),
    namespace: namespace.trim(),
    ...(caData ? { caData } : {}),
  };
}
