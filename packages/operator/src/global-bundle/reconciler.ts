import type { InferenceService } from '@serval/api';
import type { Cache, Client, Clock, EventRecorder, Log, Reconciled } from '@serval/kube/client';
import { type ConfigMap, configMaps, type Pod } from '@serval/kube/objects';
import { createOwnObject } from '../copies/own-object.ts';
import { globalBundleLabel, globalBundleName } from '../names.ts';
import { looksAtModel } from '../pipeline/workloads.ts';
import type { BundleSource } from './bundle-source.ts';
import { needsGlobalBundle } from './needs-bundle.ts';
import { planCopy } from './plan-copy.ts';

export interface GlobalBundleDeps {
  readonly services: Cache<InferenceService>;
  /** Some of which look at models in namespaces that have no service yet. */
  readonly pods: Cache<Pod>;
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

/** Brings the copy of one namespace to what its services need. The key is the namespace's name. */
export function createGlobalBundleReconciler({
  services,
  pods,
  copies,
  source,
  hasClusterBundle,
  client,
  events,
  clock,
  log,
}: GlobalBundleDeps) {
  const own = createOwnObject<ConfigMap>({
    resource: configMaps,
    name: globalBundleName,
    seen: (namespace) => copies.get(namespace, globalBundleName),
    client,
    clock,
  });

  return async ({ name: namespace }: { name: string }, signal: AbortSignal): Promise<Reconciled> => {
    const bundle = source.current();
    // Without a bundle, services are not gone through at each of their changes.
    const isFetched =
      bundle.state !== 'off' &&
      (services.list({ namespace }).some(needsGlobalBundle) || pods.list({ namespace }).some(looksAtModel));
    const isNeeded = isFetched && !(await hasClusterBundle(signal));
    const live = own.live(namespace);
    const plan = planCopy(namespace, isNeeded, live, bundle);
    if (plan.action === 'nothing') return undefined;
    if (plan.action === 'taken') return tellTaken(namespace, live as ConfigMap);
    return (await own.write(namespace, plan, signal)).reconciled;
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
