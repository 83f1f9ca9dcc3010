import type { InferenceService } from '@serval/api';
import type { Cache, Client } from '@serval/kube/client';
import { type EndpointSlice, endpointSlices, type Service, serviceNameLabel } from '@serval/kube/objects';
import { clusterHost, componentName } from '../../names.ts';

/** Where a service answers over plain HTTP. */
export interface ServiceAddress {
  /** IP address, or a name that resolves where the operator runs. */
  readonly host: string;
  readonly port: number;
  /** What requests say in `Host`. */
  readonly name: string;
}

export interface AddressDeps {
  /** Services of components. */
  readonly kubeServices: Cache<Service>;
  readonly client: Client;
}

/** Enough to have another one to try. */
const maxAddresses = 4;
/** A Service has a slice for a hundred Pods. */
const maxSlices = 100;

/** The Service that predictions to an InferenceService enter by: its transformer's, or its predictor's. */
export function entryServiceOf({ metadata, spec }: InferenceService): string {
  return componentName(metadata.name ?? '', spec.transformer ? 'transformer' : 'predictor');
}

/**
 * Addresses of Pods that are ready behind a Service, as its EndpointSlices tell them: these are the same in a cluster, where Pods can be
 * reached from everywhere, and on one machine, where no name of a Service is resolved. Endpoints that are no Pods are left out: whoever
 * may write slices shall not choose what the operator talks to.
 */
export async function addressesOf(
  namespace: string,
  name: string,
  { kubeServices, client }: AddressDeps,
  signal: AbortSignal,
): Promise<ServiceAddress[]> {
  // KServe's Services have their requests at port 80, whatever else they have.
  const entry = kubeServices.get(namespace, name)?.spec.ports?.find(({ port }) => port === 80);
  if (!entry) return [];
  const labelSelector = `${serviceNameLabel}=${name}`;
  const { items } = await client.list(endpointSlices, { namespace, labelSelector, limit: maxSlices, signal });
  const found = items.flatMap((slice) => addressesIn(slice, entry.name ?? '', clusterHost(name, namespace)));
  return found.slice(0, maxAddresses);
}

function addressesIn({ endpoints, ports }: EndpointSlice, portName: string, name: string): ServiceAddress[] {
  const port = ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
  if (port === undefined) return [];
  return (endpoints ?? []).flatMap(({ addresses: [host], conditions, targetRef }) =>
    host !== undefined && conditions?.ready !== false && targetRef?.kind === 'Pod' ? [{ host, port, name }] : [],
  );
}

/** Where a service says that it is within the cluster: how Knative's are reached, which may have no Pod at all. */
export function toldAddressOf({ status }: InferenceService): ServiceAddress | undefined {
  const told = status?.address?.url ?? '';
  const url = URL.canParse(told) ? new URL(told) : undefined;
  if (url?.protocol !== 'http:' || !url.hostname.endsWith('.svc.cluster.local')) return undefined;
  return { host: url.hostname, port: Number(url.port || 80), name: url.hostname };
}
