import { type Client, type Clock, type Log, rfc3339, rfc3339Micro, sleep } from '@serval/kube/client';
import { isStatusError, type KubeNode, type Lease, leases, namespaces, nodes } from '@serval/kube/objects';
import { messageOf } from '../errors.ts';
import { type Machine, type NodeEndpoint, nodeLabels, nodeStatus, type Scheduling, taintsFor } from './node-object.ts';

/**
 * Between renewals of the node's Lease. Kubernetes renews every 10 s because a lost machine must be noticed; here
 * node and API server live and die together, so a sign of life a minute is plenty and an idle machine stays idle. A
 * cluster's controller manager gives up on a node after 40 s.
 */
const renewEveryMs: Record<Scheduling, number> = { own: 60_000, cluster: 10_000 };
const leaseNamespace = 'kube-node-lease';

export interface Registration {
  /** Says that the node does not run any more. */
  close(): Promise<void>;
}

interface RegistrationOptions {
  client: Client;
  name: string;
  at: NodeEndpoint;
  scheduling: Scheduling;
  machine: Machine;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/** Creates or updates the Node object and keeps its Lease. Throws when the API server cannot be reached. */
export async function registerNode(options: RegistrationOptions): Promise<Registration> {
  const { name, machine, signal } = options;
  const labels = nodeLabels(name, machine);
  const uid = await createOrLabel(options, labels);
  await writeStatus(options, { status: 'True', reason: 'KubeletReady', message: 'the node runs Pods as processes' });
  const ended = new AbortController();
  const renewing = renewLease(options, uid, AbortSignal.any([signal, ended.signal]));
  return {
    async close() {
      ended.abort();
      await renewing;
      const message = 'the platform was stopped';
      await writeStatus(options, { status: 'False', reason: 'NodeShutdown', message }).catch((error: unknown) =>
        options.log.warn({ node: name, error: messageOf(error) }, 'the status of the node was not written'),
      );
    },
  };
}

async function createOrLabel(
  { client, name, scheduling, signal }: RegistrationOptions,
  labels: Record<string, string>,
): Promise<string> {
  const taints = taintsFor(scheduling);
  const spec = taints.length > 0 ? { taints } : {};
  const node: KubeNode = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec };
  try {
    return (await client.create(nodes, node, { signal })).metadata.uid ?? '';
  } catch (error) {
    if (!isStatusError(error, 'AlreadyExists')) throw error;
    const { metadata, spec: before } = await client.get(nodes, { name }, { signal });
    const patch = {
      metadata: { labels, resourceVersion: metadata.resourceVersion },
      spec: { taints: taintsFor(scheduling, before?.taints) },
    };
    return (await client.patch(nodes, { name }, 'merge', patch, { signal })).metadata.uid ?? '';
  }
}

async function writeStatus(
  { client, name, machine, at, clock }: RegistrationOptions,
  ready: { status: 'True' | 'False'; reason: string; message: string },
): Promise<void> {
  const previous = (await client.get(nodes, { name })).status?.conditions ?? [];
  const status = nodeStatus(name, machine, at, ready, { nowText: rfc3339(clock.now()), previous });
  await client.patch(nodes, { name }, 'merge', { status }, { subresource: 'status' });
}

async function renewLease(options: RegistrationOptions, nodeUid: string, signal: AbortSignal): Promise<void> {
  const { client, name, clock, log } = options;
  const everyMs = renewEveryMs[options.scheduling];
  while (!signal.aborted) {
    try {
      await renewOnce(client, name, nodeUid, { renewTime: rfc3339Micro(clock.now()), everyMs }, signal);
    } catch (error) {
      if (!signal.aborted) log.debug({ node: name, error: messageOf(error) }, 'the lease of the node was not renewed');
    }
    await sleep(clock, everyMs, signal);
  }
}

async function renewOnce(
  client: Client,
  name: string,
  uid: string,
  { renewTime, everyMs }: { renewTime: string; everyMs: number },
  signal: AbortSignal,
): Promise<void> {
  const target = { namespace: leaseNamespace, name };
  const spec = { holderIdentity: name, leaseDurationSeconds: (4 * everyMs) / 1000, renewTime };
  try {
    await client.patch(leases, target, 'merge', { spec }, { signal });
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
    await client
      .create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: leaseNamespace } }, { signal })
      .catch((already: unknown) => {
        if (!isStatusError(already, 'AlreadyExists')) throw already;
      });
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...target, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
      spec,
    };
    await client.create(leases, lease, { signal });
  }
}
