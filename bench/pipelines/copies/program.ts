import { setFlagsFromString } from 'node:v8';
import {
  createClient,
  createController,
  createReflector,
  createSocketTransport,
  loadKubeConfig,
  silentLog,
  source,
} from '@serval/kube/client';
import { keyOf, type Secret, secrets } from '@serval/kube/objects';
import { type CopiesTold, copyLabel } from './told.ts';

/**
 * The least that an operator does which gives every service a pull Secret of its own: it watches the source and its copies, and writes each
 * copy that is not as the source. It works with our client and queue, and with the same settings of V8 as our operator.
 * Arguments: kubeconfig, namespace and name of the source, number of namespaces, services of each. Tells on standard output when all are right.
 */
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');
const [kubeconfig = '', home = '', sourceName = '', namespaces = '', services = ''] = process.argv.slice(2);
const stopping = new AbortController();
const signal = stopping.signal;
const transport = createSocketTransport(await loadKubeConfig(kubeconfig));
const client = createClient({ transport, fieldManager: 'bench-copies' });
const common = { client, signal, log: silentLog, resource: secrets };
const origins = createReflector<Secret>({ ...common, namespace: home, fieldSelector: `metadata.name=${sourceName}` });
const copies = createReflector<Secret>({ ...common, labelSelector: copyLabel });
const targets = Array.from({ length: Number(namespaces) }, (_, stage) =>
  Array.from({ length: Number(services) }, (_, service) => ({
    namespace: `stage-${stage}`,
    name: `service-${service}-pull`,
  })),
).flat();
const keys = targets.map(keyOf);
const contentOf = (secret: Secret | undefined) => secret?.data?.['.dockerconfigjson'];

let writes = 0;
const wrong = new Set(keys);
let toldOf: string | undefined;
let cpu = process.cpuUsage();
function look(copy: Secret): void {
  const content = contentOf(origins.get(home, sourceName));
  if (content !== undefined && contentOf(copy) === content) wrong.delete(keyOf(copy.metadata));
  if (wrong.size > 0 || content === toldOf) return;
  toldOf = content;
  const { user, system } = process.cpuUsage(cpu);
  const told: CopiesTold = { writes, cpuSeconds: (user + system) / 1e6, rssMiB: process.memoryUsage().rss / 2 ** 20 };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  writes = 0;
  cpu = process.cpuUsage();
}

const controller = createController({
  name: 'copies',
  async reconcile({ namespace, name }) {
    const origin = origins.get(home, sourceName);
    if (!origin?.data) return undefined;
    const live = copies.get(namespace, name);
    if (contentOf(live) !== contentOf(origin)) {
      writes += 1;
      const { apiVersion, kind, type, data } = origin;
      const labels = { [copyLabel]: 'true' };
      if (live) await client.patch(secrets, { namespace, name }, 'merge', { data });
      else
        await client.create(secrets, {
          apiVersion,
          kind,
          type: type ?? '',
          data,
          metadata: { namespace, name, labels },
        });
    }
    return undefined;
  },
  sources: [
    source(origins, () => {
      for (const key of keys) wrong.add(key);
      return keys;
    }),
    source(copies, ({ object }) => {
      look(object as Secret);
      return [];
    }),
  ],
  concurrency: 8,
  log: silentLog,
});
process.once('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  stopping.abort();
  await controller.close();
  await transport.close();
}
