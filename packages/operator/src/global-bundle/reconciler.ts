import type { InferenceService } from '@serval/api';
import type { Cache, Client, Clock, EventRecorder, Log, Reconciled } from '@serval/kube/client';
import { type ConfigMap, configMaps, isNamespaceTerminating, isStatusError } from '@serval/kube/objects';
import { globalBundleLabel, globalBundleName } from '../names.ts';
import type { BundleSource } from './bundle-source.ts';
import { needsGlobalBundle } from './needs-bundle.ts';
import { planCopy } from './plan-copy.ts';

export interface GlobalBundleDeps {
  readonly services: Cache<InferenceService>;
  /** ConfigMaps of the copies' name, whoever made them. */
  readonly copies: Cache<ConfigMap>;
  readonly source: BundleSource;
  /** Whether Pods get the bundle from the cluster itself. */
  readonly hasClusterBundle: (signal: AbortSignal) => Promise<boolean>;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
}

/** Within this time a write is seen by the cache; what was written counts until then, so that it is not written twice. */
const echoMs = 2_000;

/** Brings the copy of one namespace to what its services need. The key is the namespace's name. */
export function createGlobalBundleReconciler({
  services,
  copies,
  source,
  hasClusterBundle,
  client,
  events,
  clock,
  log,
}: GlobalBundleDeps) {
  const echoes = new Map<string, { from: string | undefined; object: ConfigMap | undefined; until: number }>();

  function liveOf(namespace: string): ConfigMap | undefined {
    const seen = copies.get(namespace, globalBundleName);
    const echo = echoes.get(namespace);
    if (echo && echo.from === seen?.metadata.resourceVersion && clock.now() < echo.until) return echo.object;
    echoes.delete(namespace);
    return seen;
  }

  return async ({ name: namespace }: { name: string }, signal: AbortSignal): Promise<Reconciled> => {
    const isNeeded = services.list({ namespace }).some(needsGlobalBundle) && !(await hasClusterBundle(signal));
    const live = liveOf(namespace);
    const plan = planCopy(namespace, isNeeded, live, source.current());
    if (plan.action === 'nothing') return undefined;
    if (plan.action === 'taken') return tellTaken(namespace, live as ConfigMap);
    const target = { namespace, name: globalBundleName };
    const { uid, resourceVersion } = live?.metadata ?? {};
    const wrote = (object: ConfigMap | undefined) => {
      echoes.set(namespace, {
        from: copies.get(namespace, globalBundleName)?.metadata.resourceVersion,
        object,
        until: clock.now() + echoMs,
      });
    };
    try {
      if (plan.action === 'create') {
        wrote(await client.create(configMaps, plan.object, { signal }));
      } else if (plan.action === 'patch') {
        // Only what was looked at: who wrote meanwhile is looked at again.
        const patch = { ...plan.patch, metadata: { resourceVersion } };
        wrote(await client.patch(configMaps, target, 'merge', patch, { signal }));
      } else {
        const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
        await client.delete(configMaps, target, { preconditions, signal });
        wrote(undefined);
      }
      return { requeueAfterMs: echoMs };
    } catch (error) {
      // The cache will tell what is there; a namespace that goes takes its copy with it.
      if (isStatusError(error, 'NotFound', 'AlreadyExists')) return { requeueAfterMs: echoMs };
      if (isNamespaceTerminating(error)) return undefined;
      throw error;
    }
  };

  function tellTaken(namespace: string, live: ConfigMap): undefined {
    const message = `ConfigMap ${namespace}/${globalBundleName} is not Serval's and differs from the global bundle, so services here trust what it says; delete it, or label it ${globalBundleLabel}=true to have it kept up to date`;
    events.record(live, 'Warning', 'GlobalBundleTaken', message);
    log.warn(
      { namespace, configMap: globalBundleName },
      'the global bundle is not written over a ConfigMap of somebody else',
    );
  }
}
