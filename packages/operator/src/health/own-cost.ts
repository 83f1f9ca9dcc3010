import type { Reconciled, Transport } from '@serval/kube/client';
import type { KubeObject, NamespacedName, Resource } from '@serval/kube/objects';
import { describeRequest } from './describe-request.ts';
import type { Metrics } from './metrics.ts';

/** A transport that counts requests by verb, resource and status, as audit logs name them; `error` is for those without an answer. */
export function countRequests(transport: Transport, metrics: Metrics): Transport {
  return async (request) => {
    const { verb, resource } = describeRequest(request.method, request.path);
    const count = (code: string) =>
      metrics.count('serval_operator_api_requests_total', 'Requests to the API server.', { verb, resource, code });
    try {
      const response = await transport(request);
      count(String(response.status));
      return response;
    } catch (error) {
      if (!request.signal?.aborted) count('error');
      throw error;
    }
  };
}

type Reconcile = (target: NamespacedName, signal: AbortSignal) => Promise<Reconciled>;

/** A reconcile whose runs are counted, and the time that they took. */
export function timeReconciles(controller: string, reconcile: Reconcile, metrics: Metrics | undefined): Reconcile {
  if (!metrics) return reconcile;
  return async (target, signal) => {
    const begin = performance.now();
    let outcome = 'failed';
    try {
      const result = await reconcile(target, signal);
      outcome = 'done';
      return result;
    } finally {
      const seconds = (performance.now() - begin) / 1000;
      metrics.count('serval_operator_reconciles_total', 'Reconciles by outcome.', { controller, outcome });
      metrics.count('serval_operator_reconcile_seconds_total', 'Time of all reconciles.', { controller }, seconds);
    }
  };
}

/** How many objects of each kind are kept in caches. */
export function gaugeCaches(
  caches: readonly { readonly resource: Resource; list(): readonly KubeObject[] }[],
  metrics: Metrics | undefined,
): void {
  metrics?.gauge('serval_operator_cached_objects', 'Objects that are kept in caches.', () => {
    const counts = new Map<string, number>();
    for (const { resource, list } of caches) {
      const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
      counts.set(name, (counts.get(name) ?? 0) + list().length);
    }
    return [...counts].map(([resource, value]) => ({ labels: { resource }, value }));
  });
}

interface Sized {
  size(): number;
}

const cacheHelp = 'How what is kept beside watches was had: kept already, read for it, or read again in its time.';

/** Counts how objects that are read by name were had (`references`), and what Secrets are as sources of credentials (`sources`). */
export function countCached(cache: CacheName, metrics: Metrics | undefined): (outcome: string) => void {
  return (outcome) => metrics?.count('serval_operator_cache_total', cacheHelp, { cache, outcome });
}

/** How many of them are kept. */
export function gaugeCached(sizes: Readonly<Record<CacheName, Sized | undefined>>, metrics: Metrics | undefined): void {
  metrics?.gauge('serval_operator_cache_entries', 'What is kept beside watches.', () =>
    Object.entries(sizes).flatMap(([cache, sized]) => (sized ? [{ labels: { cache }, value: sized.size() }] : [])),
  );
}

type CacheName = 'references' | 'sources';
