import { join } from 'node:path';
import { startEngine } from '@serval/engine';
import { createClient, silentLog } from '@serval/kube/client';
import { isStatusError, pods } from '@serval/kube/objects';
import { createImageCatalogue, startNode } from '@serval/node';
import { createNamespace, isReady, podOf, podWhen } from './support.ts';

/** A process of its own that runs an engine, a node and one Pod, to be killed by a test. Prints a line when the Pod is ready. */
const [dataDir = ''] = process.argv.slice(2);
const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log: silentLog });
const client = createClient({ transport: engine.handle, fieldManager: 'test' });
await createNamespace(client);
await startNode({
  client,
  dataDir: join(dataDir, 'node'),
  name: 'here',
  images: createImageCatalogue([{ match: 'test/shell', command: ['/bin/sh', '-c'] }]),
  clusterProxyUrl: () => undefined,
  podNetwork: 'addresses',
  log: silentLog,
});
// `$$` is how Kubernetes writes one `$` in args.
const pod = podOf('kept', {
  containers: [{ name: 'main', image: 'test/shell', args: ['echo $$$$ >> pids; sleep 300 & exec sleep 300'] }],
});
await client.create(pods, pod).catch((error: unknown) => {
  if (!isStatusError(error, 'AlreadyExists')) throw error;
});
const { metadata, status } = await podWhen(client, 'kept', (found) => isReady(found));
const restarts = status?.containerStatuses?.[0]?.restartCount;
console.log(JSON.stringify({ uid: metadata.uid, restarts }));
