import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { CliError } from './cli-error.ts';
import type { Connection } from './command.ts';

export interface KubeconfigChoice {
  kubeconfig?: string | undefined;
  /** Given on the command line, not defaulted. */
  dataDirGiven: boolean;
  dataDir: string;
  /** The platform that was started last on the data directory; its API server may be another's. */
  running: { kubeconfig: string; context?: string } | undefined;
  homeDirectory: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The kubeconfig in force: `--kubeconfig`, `--data-dir`, `KUBECONFIG`, the default data directory's if it exists, and
 * last kubectl's own default.
 */
export function chooseKubeconfig(choice: KubeconfigChoice): { path: string; context?: string } {
  const { kubeconfig, dataDirGiven, dataDir, running, homeDirectory, env } = choice;
  const own = running ?? { kubeconfig: join(dataDir, 'kubeconfig') };
  const ownChoice = { path: own.kubeconfig, ...(own.context ? { context: own.context } : {}) };
  if (kubeconfig) return { path: kubeconfig };
  if (dataDirGiven) return ownChoice;
  // kubectl merges a list of files; the first that exists is enough to reach a server.
  const listed = (env['KUBECONFIG'] ?? '').split(':').filter((path) => path !== '');
  if (listed.length > 0) return { path: listed.find((path) => existsSync(path)) ?? (listed[0] as string) };
  const usual = join(homeDirectory, '.kube', 'config');
  return existsSync(own.kubeconfig) || !existsSync(usual) ? ownChoice : { path: usual };
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
