import type { Client, Log } from '@serval/kube/client';
import {
  isStatusError,
  type KubeObject,
  type OwnerReference,
  parseApiVersion,
  type Resource,
} from '@serval/kube/objects';
import { blockingDependents, decide, type OwnerState, stateOfKnown } from './decide.ts';
import {
  foregroundFinalizer,
  type GraphNode,
  graphNode,
  type OwnerGraph,
  orphanFinalizer,
  orphansDependents,
  waitsForDependents,
} from './graph.ts';

export interface CollectDeps {
  client: Client;
  graph: OwnerGraph;
  /** Where a kind lives, or nothing when the server does not have it. */
  resourceOf(group: string, kind: string): Resource | undefined;
  /** Asks for another object to be looked at. */
  enqueue(uid: string): void;
  log: Log;
}

/** Looks at one object: its dependents when it waits for them, its owners otherwise. */
export async function collect(deps: CollectDeps, uid: string, signal: AbortSignal): Promise<void> {
  const node = deps.graph.get(uid);
  if (node === undefined) return;
  if (orphansDependents(node)) return await orphan(deps, node, signal);
  if (waitsForDependents(node)) return await continueForeground(deps, node, signal);
  if (node.deleting || node.owners.length === 0) return;
  if (node.owners.every((reference) => isSolid(deps.graph, reference, node))) return;
  // Before anything is deleted, the server is asked: the graph may be behind.
  const live = await read(deps.client, node, signal);
  if (live === undefined || live.metadata.uid !== uid) {
    deps.graph.remove(uid);
    return;
  }
  const current = graphNode(node.resource, live);
  const owners: { reference: OwnerReference; state: OwnerState }[] = [];
  for (const reference of current.owners) {
    owners.push({ reference, state: await stateOf(deps, reference, current, signal) });
  }
  const decision = decide(current, owners, deps.graph.dependents(uid));
  if (decision.action === 'disown') {
    const kept = current.owners.filter((reference) => !decision.uids.includes(reference.uid));
    await patch(deps.client, live, node, { ownerReferences: kept }, signal);
  } else if (decision.action === 'delete') {
    const { propagationPolicy } = decision;
    const { resourceVersion } = live.metadata;
    deps.log.debug(
      { kind: node.resource.kind, namespace: node.namespace, name: node.name, propagationPolicy },
      'collecting',
    );
    const preconditions = { uid, ...(resourceVersion ? { resourceVersion } : {}) };
    await unlessGone(deps.client.delete(node.resource, node, { propagationPolicy, preconditions, signal }));
  }
}

function isSolid(graph: OwnerGraph, { uid }: OwnerReference, node: GraphNode): boolean {
  const owner = graph.get(uid);
  return owner !== undefined && stateOfKnown(owner, node) === 'solid';
}

async function stateOf(
  { client, graph, resourceOf }: CollectDeps,
  reference: OwnerReference,
  node: GraphNode,
  signal: AbortSignal,
): Promise<OwnerState> {
  const known = graph.get(reference.uid);
  if (known) return stateOfKnown(known, node);
  const resource = resourceOf(parseApiVersion(reference.apiVersion).group, reference.kind);
  // Not "absent": the kind may be new, or come back. It is looked at again when the kind is followed.
  if (resource === undefined) return 'solid';
  if (resource.namespaced && node.namespace === '') return 'solid';
  const target = { name: reference.name, ...(resource.namespaced ? { namespace: node.namespace } : {}) };
  const owner = await unlessGone(client.get(resource, target, { signal }));
  if (owner?.metadata.uid !== reference.uid) return 'absent';
  return stateOfKnown(graphNode(resource, owner), node);
}

/** Removes the owner from its dependents, then lets it go. */
async function orphan({ client, graph }: CollectDeps, owner: GraphNode, signal: AbortSignal): Promise<void> {
  for (const dependent of graph.dependents(owner.uid)) {
    const live = await read(client, dependent, signal);
    if (live?.metadata.uid !== dependent.uid) continue;
    const kept = live.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.uid) ?? [];
    await patch(client, live, dependent, { ownerReferences: kept }, signal);
  }
  await removeFinalizer(client, owner, orphanFinalizer, signal);
}

async function continueForeground(deps: CollectDeps, owner: GraphNode, signal: AbortSignal): Promise<void> {
  const dependents = deps.graph.dependents(owner.uid);
  const blocking = blockingDependents(owner, dependents);
  for (const dependent of dependents) deps.enqueue(dependent.uid);
  if (blocking.length === 0) await removeFinalizer(deps.client, owner, foregroundFinalizer, signal);
}

async function removeFinalizer(client: Client, node: GraphNode, finalizer: string, signal: AbortSignal): Promise<void> {
  const live = await read(client, node, signal);
  if (live?.metadata.uid !== node.uid || !live.metadata.finalizers?.includes(finalizer)) return;
  const finalizers = live.metadata.finalizers.filter((other) => other !== finalizer);
  await patch(client, live, node, { finalizers }, signal);
}

async function patch(
  client: Client,
  live: KubeObject,
  node: GraphNode,
  change: object,
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = live.metadata;
  const body = { metadata: { uid, resourceVersion, ...change } };
  await unlessGone(client.patch(node.resource, node, 'merge', body, { signal }));
}

async function read(client: Client, node: GraphNode, signal: AbortSignal): Promise<KubeObject | undefined> {
  return await unlessGone(client.get(node.resource, node, { signal }));
}

async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}
