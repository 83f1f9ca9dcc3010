import { type EndpointSlice, type Gateway, keyOf, type Service, serviceNameLabel } from '@serval/kube/objects';
import { isKongIngressController, kongPublishServiceAnnotation } from '../../gateway/implementations.ts';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayApiOff, gatewayClassIn, gatewayIn, isWhole, itemsOf, usesGatewayApi } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { readyEndpoints } from './ready-endpoints.ts';

/**
 * The Service in front of the gateway's data plane: the one that Kong's Gateway names, else the one that has the Gateway's
 * address.
 */
export const dataPlaneCheck: Check = {
  name: 'data plane',
  run(snapshot, notes) {
    const services = notes.read(snapshot.kubeServices, 'Services');
    notes.read(snapshot.endpointSlices, 'EndpointSlices');
    const slices = isWhole(snapshot.endpointSlices) ? itemsOf(snapshot.endpointSlices) : undefined;
    const gateway = gatewayIn(snapshot);
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    if (!gateway) return notes.notChecked('there is no Gateway whose data plane could be looked at');
    if (isKongIngressController(gatewayClassIn(snapshot)?.spec.controllerName)) {
      const named = gateway.metadata.annotations?.[kongPublishServiceAnnotation];
      notes.expect(named !== undefined && named !== '', 'data-plane-unknown', () => ({
        evidence: evidenceOf(gateway, `metadata.annotations[${kongPublishServiceAnnotation}]`, named),
        sentence: `Gateway ${keyOf(gateway.metadata)} is unmanaged, and no proxy Service is named for it: Kong creates none, and mirrors the address of one that was installed`,
        fix: { command: 'helm install kong kong/ingress --namespace kong --create-namespace', safe: false },
      }));
      const found = (named ?? '')
        .split(',')
        .filter(Boolean)
        .flatMap((key) => findNamed(key.trim(), gateway, snapshot, notes) ?? []);
      for (const service of found) checkEndpoints(service, slices, notes);
      checkPorts(found, gateway, notes);
      return;
    }
    if ('unread' in snapshot.kubeServices) return;
    const behind = services.filter((service) => hasAddressOf(service, gateway));
    if (behind.length === 0) return notes.notChecked('no Service has the address of the Gateway');
    for (const service of behind) checkEndpoints(service, slices, notes);
    checkPorts(behind, gateway, notes);
  },
};

function findNamed(key: string, gateway: Gateway, snapshot: Snapshot, notes: Notes): Service | undefined {
  const service = itemsOf(snapshot.kubeServices).find(({ metadata }) => keyOf(metadata) === key);
  if (!service && !isWhole(snapshot.kubeServices)) return undefined;
  notes.expect(service !== undefined, 'data-plane-missing', () => ({
    evidence: evidenceOf(gateway, `metadata.annotations[${kongPublishServiceAnnotation}]`, key),
    sentence: `Service ${key}, the proxy of Gateway ${keyOf(gateway.metadata)}, does not exist`,
    fix: {
      command: `helm install kong kong/ingress --namespace ${key.split('/')[0]} --create-namespace`,
      safe: false,
    },
  }));
  return service;
}

function checkEndpoints(service: Service, slices: readonly EndpointSlice[] | undefined, notes: Notes): void {
  if (!slices) return;
  const key = keyOf(service.metadata);
  if (slices.length > 0 || service.spec.selector) {
    notes.expect(readyEndpoints(service, slices) > 0, 'data-plane-unready', () => ({
      evidence: evidenceOf(
        `EndpointSlice ${service.metadata.namespace}/${serviceNameLabel}=${service.metadata.name}`,
        'endpoints[].conditions.ready',
        0,
      ),
      sentence: `Service ${key}, the data plane of the gateway, has no ready endpoint`,
      fix: {
        command: `kubectl -n ${service.metadata.namespace} get pods,endpointslices -l ${serviceNameLabel}=${service.metadata.name}`,
        safe: false,
      },
    }));
  }
}

/** One of the Services is enough: Kong has another one for UDP. */
function checkPorts(services: readonly Service[], gateway: Gateway, notes: Notes): void {
  const [first] = services;
  if (!first) return;
  const names = services.map(({ metadata }) => keyOf(metadata)).join(', ');
  const ports = services.flatMap(({ spec }) => (spec.ports ?? []).map(({ port }) => port));
  for (const listener of gateway.spec.listeners) {
    notes.expect(ports.includes(listener.port), 'listener-port-closed', () => ({
      evidence: evidenceOf(gateway, `spec.listeners[${listener.name}].port`, listener.port),
      sentence: `listener ${listener.name} has port ${listener.port}, and Service ${names} exposes ${ports.join(', ') || 'none'}`,
      fix: { command: `kubectl -n ${first.metadata.namespace} edit service ${first.metadata.name}`, safe: false },
    }));
  }
}

function hasAddressOf({ spec, status }: Service, gateway: Gateway): boolean {
  const { ingress = [] } = (status?.['loadBalancer'] ?? {}) as { ingress?: { ip?: string; hostname?: string }[] };
  const own = new Set([
    ...(spec.clusterIP && spec.clusterIP !== 'None' ? [spec.clusterIP] : []),
    ...((spec['externalIPs'] ?? []) as string[]),
    ...ingress.flatMap(({ ip, hostname }) => [ip, hostname].filter((each) => each !== undefined)),
  ]);
  return (gateway.status?.addresses ?? []).some(({ value }) => own.has(value));
}
