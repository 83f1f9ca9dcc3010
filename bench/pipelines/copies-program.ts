import { createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { secrets } from '@serval/kube/objects';
import { each } from './each.ts';
import { pullSecret } from './pull-secret.ts';

/** What one rotation cost a writer of copies. */
export interface CopiesReport {
  readonly writes: number;
  readonly seconds: number;
  /** User and system time of the process. */
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

/**
 * What an operator does at least that gives every service a Secret of its own: it makes each, and writes each anew when the source changes.
 * Only the second time counts. It watches nothing and decides nothing. Arguments: kubeconfig, namespaces, services of each.
 */
const [kubeconfig = '', namespaces = '', services = ''] = process.argv.slice(2);
const transport = createSocketTransport({ ...(await loadKubeConfig(kubeconfig)), maxConnections: 64 });
const client = createClient({ transport, fieldManager: 'bench' });
const targets = Array.from({ length: Number(namespaces) }, (_, stage) =>
  Array.from({ length: Number(services) }, (_, service) => ({
    namespace: `stage-${stage}`,
    name: `service-${service}-pull`,
  })),
).flat();
await each(targets, (metadata) => client.create(secrets, { ...pullSecret('first'), metadata }));
const cpu = process.cpuUsage();
const begin = performance.now();
const { data } = pullSecret('second');
await each(targets, (metadata) => client.patch(secrets, metadata, 'merge', { data }));
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
await transport.close();
const report: CopiesReport = {
  writes: targets.length,
  seconds,
  cpuSeconds: (user + system) / 1e6,
  rssMiB: process.memoryUsage().rss / 2 ** 20,
};
process.stdout.write(JSON.stringify(report));
