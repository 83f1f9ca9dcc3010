import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { CliError } from './cli-error.ts';
import type { Connection } from './command.ts';

export interface KubeconfigChoice {
  kubeconfig?: string | undefined;
  /** Given on the command line, not defaulted. */
  dataDirGiven: boolean;
  dataDir: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The kubeconfig in force: `--kubeconfig`, `--data-dir`, `KUBECONFIG`, the default data directory's if it exists, and
 * last kubectl's own default.
 */
export function chooseKubeconfig({ kubeconfig, dataDirGiven, dataDir, env }: KubeconfigChoice): string {
  const own = join(dataDir, 'kubeconfig');
  if (kubeconfig) return kubeconfig;
  if (dataDirGiven) return own;
  // kubectl merges a list of files; the first that exists is enough to reach a server.
  const listed = (env['KUBECONFIG'] ?? '').split(':').filter((path) => path !== '');
  if (listed.length > 0) return listed.find((path) => existsSync(path)) ?? (listed[0] as string);
  const usual = join(homedir(), '.kube', 'config');
  return existsSync(own) || !existsSync(usual) ? own : usual;
}

export async function connectTo(
  kubeconfigPath: string,
  options: { context?: string | undefined; namespace?: string | undefined },
): Promise<Connection> {
  if (!existsSync(kubeconfigPath)) {
    throw new CliError('NoKubeconfig', `no kubeconfig at ${kubeconfigPath}`, {
      hint: 'start the platform with "serval up", or name a kubeconfig with --kubeconfig or KUBECONFIG',
    });
  }
  const config = await loadKubeConfig(kubeconfigPath, options.context);
  const client = createClient({ transport: createSocketTransport(config), fieldManager: 'serval-cli' });
  return { client, namespace: options.namespace ?? config.namespace ?? 'default', kubeconfigPath };
}
