import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../command/cli-error.ts';
import type { Command } from '../command/command.ts';
import { readRunRecord } from '../platform/data-directory.ts';

export const kubeconfigCommand: Command = {
  name: 'kubeconfig',
  summary: 'print the path of the kubeconfig of the platform on this machine',
  details: 'Example:\n  export KUBECONFIG=$(npx serval kubeconfig)',
  options: [],
  async run({ dataDir, out }) {
    // A platform without an engine of its own uses another's.
    const path = (await readRunRecord(dataDir))?.kubeconfig ?? join(dataDir, 'kubeconfig');
    if (!existsSync(path)) {
      throw new CliError('NoKubeconfig', `no kubeconfig at ${path}`, { hint: 'start the platform with "serval up"' });
    }
    out.print(path);
    return 0;
  },
};
