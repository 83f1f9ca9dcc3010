import { join } from 'node:path';
import { startEngine } from '@serval/engine';
import { silentLog, writeKubeConfig } from '@serval/kube/client';

// An API server and nothing else, as a process of its own: no controllers, no node, nobody to call webhooks or logs in the
// process. Writes DIRECTORY/kubeconfig, prints one line when it listens, and ends on SIGTERM.
const directory = process.argv[2];
if (directory === undefined) throw new Error('name a directory');
const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
process.once('SIGTERM', () => void engine.close());
await writeKubeConfig(join(directory, 'kubeconfig'), { name: 'bare', ...engine.kubeconfig });
process.stdout.write('listening\n');
