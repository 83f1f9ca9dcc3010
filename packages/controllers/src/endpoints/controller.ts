import { type Controller, createController, source } from '@serval/kube/client';
import {
  deepEqual,
  type EndpointSlice,
  endpointSlices,
  isStatusError,
  keyOf,
  matchesEveryLabel,
  type Pod,
  type Service,
  serviceNameLabel,
} from '@serval/kube/objects';
import { targetOf } from '../shared/claim.ts';
import type { ControllerContext } from '../shared/context.ts';
import { managedBy, managedByLabel, renderSlices } from './slices.ts';
import { createSlice, withAddressesAsNames } from './write-slice.ts';

/** Keeps the EndpointSlices of each Service with a selector equal to the Pods that it selects. */
export function startEndpointsController({ client, caches, clock, log }: ControllerContext): Controller {
  async function write(wanted: EndpointSlice, live: EndpointSlice | undefined, signal: AbortSignal): Promise<void> {
    if (live === undefined) {
      await createSlice(client, wanted, signal);
      return;
    }
    // The type of a slice never changes.
    const desired = live.addressType === 'FQDN' ? withAddressesAsNames(wanted) : wanted;
    if (isSame(live, desired)) return;
    const { resourceVersion } = live.metadata;
    await client.update(endpointSlices, { ...desired, metadata: { ...desired.metadata, resourceVersion } }, { signal });
  }

  async function remove(slice: EndpointSlice, signal: AbortSignal): Promise<void> {
    try {
      await client.delete(endpointSlices, targetOf(slice.metadata), { signal });
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  }

  return createController({
    name: 'endpoints',
    concurrency: 5,
    log,
    clock,
    sources: [
      source(caches.services, ({ object }) => [keyOf(object.metadata)]),
      source(caches.pods, ({ object, old }) => [...servicesOf(object), ...(old ? servicesOf(old) : [])]),
      source(caches.endpointSlices, ({ object }) => keysOfSlice(object)),
    ],
    async reconcile({ namespace, name }, signal) {
      const service = caches.services.get(namespace, name);
      const live = caches.endpointSlices
        .list({ namespace, labels: { [serviceNameLabel]: name, [managedByLabel]: managedBy } })
        .filter(({ metadata }) => !metadata.deletionTimestamp);
      // Slices of a Service that is gone are garbage collected; those without a selector are somebody else's.
      if (service === undefined || !hasEndpoints(service)) return;
      if (service.metadata.deletionTimestamp) return;
      const selected = caches.pods.list({ namespace, labels: service.spec.selector ?? {} });
      const desired = renderSlices(service, selected);
      const liveByName = new Map(live.map((slice) => [slice.metadata.name, slice]));
      for (const slice of desired) await write(slice, liveByName.get(slice.metadata.name), signal);
      // New places first, so that a change of ports leaves no moment without endpoints.
      const names = new Set(desired.map(({ metadata }) => metadata.name));
      for (const slice of live) if (!names.has(slice.metadata.name)) await remove(slice, signal);
    },
  });

  function servicesOf(pod: Pod): string[] {
    return caches.services
      .list({ namespace: pod.metadata.namespace ?? '' })
      .filter(({ spec }) => matchesEveryLabel(spec.selector, pod.metadata.labels))
      .map(({ metadata }) => keyOf(metadata));
  }
}

function hasEndpoints({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;
}

function keysOfSlice({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[serviceNameLabel];
  return name ? [keyOf({ namespace: metadata.namespace ?? '', name })] : [];
}

function isSame(live: EndpointSlice, desired: EndpointSlice): boolean {
  return (
    live.addressType === desired.addressType &&
    deepEqual(live.endpoints ?? [], desired.endpoints) &&
    deepEqual(live.ports ?? [], desired.ports) &&
    deepEqual(live.metadata.labels, desired.metadata.labels) &&
    deepEqual(live.metadata.ownerReferences, desired.metadata.ownerReferences)
  );
}
