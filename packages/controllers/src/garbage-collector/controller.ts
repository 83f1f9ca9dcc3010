import type { DiscoveredResource } from '@serval/kube/client';
import {
  type Controller,
  createMetadataClient,
  createReflector,
  createWorkQueue,
  type Reflector,
} from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import type { ControllerContext } from '../shared/context.ts';
import { collect } from './collect.ts';
import { createOwnerGraph, graphNode, orphansDependents, waitsForDependents } from './graph.ts';

/** Neither owners nor owned, and many. */
const ignored = new Set(['events', 'events.k8s.io/events']);

interface Watched {
  resource: DiscoveredResource;
  reflector: Reflector<KubeObject>;
  stop: AbortController;
}

/**
 * Deletes what no owner keeps any more, in the background, in the foreground or not at all, as the deletion of the owner asked. Follows every
 * kind that the server has, by metadata only.
 */
export function startGarbageCollector(context: ControllerContext): Controller {
  const { clock, log, signal, kinds } = context;
  const client = createMetadataClient(context.client, 'serval-controllers');
  const graph = createOwnerGraph();
  const watched = new Map<string, Watched>();
  let started = false;

  const queue = createWorkQueue({
    concurrency: 8,
    clock,
    log,
    reconcile: (uid, aborted) => collect({ client, graph, resourceOf, enqueue: queue.add, log }, uid, aborted),
  });

  function resourceOf(group: string, kind: string): DiscoveredResource | undefined {
    return kinds.current().find((resource) => resource.group === group && resource.kind === kind);
  }

  function observe(resource: DiscoveredResource, type: string, object: KubeObject): void {
    const node = graphNode(resource, object);
    if (type === 'deleted') {
      graph.remove(node.uid);
      if (!started) return;
      for (const dependent of graph.dependents(node.uid)) queue.add(dependent.uid);
      // An owner may have waited for this one.
      for (const { uid } of node.owners) if (graph.get(uid)?.deleting) queue.add(uid);
      return;
    }
    graph.put(node);
    if (!started) return;
    if (waitsForDependents(node) || orphansDependents(node)) queue.add(node.uid);
    else if (node.owners.length > 0) {
      queue.add(node.uid);
      for (const { uid } of node.owners) if (graph.get(uid)?.deleting) queue.add(uid);
    }
  }

  function follow(found: readonly DiscoveredResource[]): void {
    const wanted = new Map(found.filter(isCollectable).map((resource) => [keyOfResource(resource), resource]));
    for (const [key, { stop, reflector }] of watched) {
      if (wanted.has(key)) continue;
      stop.abort(new Error('the kind is gone'));
      watched.delete(key);
      for (const { metadata } of reflector.list()) graph.remove(metadata.uid ?? '');
    }
    for (const [key, resource] of wanted) {
      if (watched.has(key)) continue;
      const stop = new AbortController();
      const reflector = createReflector({
        client,
        resource,
        transform: lean,
        clock,
        log,
        signal: AbortSignal.any([signal, stop.signal]),
      });
      reflector.onChange(({ type, object }) => observe(resource, type, object));
      watched.set(key, { resource, reflector, stop });
      reflector.synced.then(
        () => recheck(resource),
        () => {},
      );
    }
    if (!started) void startWhenSynced();
  }

  /** Owners that went before their kind was followed were never seen going. */
  function recheck({ group, kind }: DiscoveredResource): void {
    if (started) for (const { uid } of graph.lacking(group, kind)) queue.add(uid);
  }

  /** Owners are looked for only once all of them can be known; a kind that cannot be listed must not hold up the others. */
  async function startWhenSynced(): Promise<void> {
    await Promise.allSettled(
      [...watched.values()].map(({ reflector }) => Promise.race([reflector.synced, patience()])),
    );
    if (started || signal.aborted) return;
    started = true;
    for (const { resource, reflector } of watched.values()) {
      for (const object of reflector.list()) observe(resource, 'added', object);
    }
  }

  function patience(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(30_000, resolve);
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  kinds.onChange(follow);
  if (kinds.current().length > 0) follow(kinds.current());
  return { name: 'garbage-collector', queue, close: () => queue.close() };
}

function isCollectable({ group, plural, verbs }: DiscoveredResource): boolean {
  if (ignored.has(group ? `${group}/${plural}` : plural)) return false;
  return ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
}

function keyOfResource({ group, version, plural }: DiscoveredResource): string {
  return `${group}/${version}/${plural}`;
}

function lean({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp, ownerReferences, finalizers } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, deletionTimestamp, ownerReferences, finalizers },
  };
}
