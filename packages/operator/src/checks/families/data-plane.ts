import { type EndpointSlice, type Gateway, keyOf, type Service, serviceNameLabel } from '@serval/kube/objects';
import { evidenceOf } from '../describe.ts';
import { kongControllerName, kongPublishServiceAnnotation } from '../implementations.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayClassIn, gatewayIn } from '../settings.ts';
import { readyEndpoints } from './ready-endpoints.ts';

/**
 * The Service in front of the gateway's data plane: the one that Kong's Gateway names, else the one that has the Gateway's
 * address.
 */
export const dataPlaneCheck: Check = {
  name: 'data plane',
  run(snapshot, notes) {
    const services = notes.read(snapshot.kubeServices, 'Services');
    const slices = notes.read(snapshot.endpointSlices, 'EndpointSlices');
    const gateway = gatewayIn(snapshot);
    if ('unread' in snapshot.kubeServices) return;
    if (!gateway) return notes.notChecked('there is no Gateway whose data plane could be looked at');
    if (gatewayClassIn(snapshot)?.spec.controllerName === kongControllerName) {
      const named = gateway.metadata.annotations?.[kongPublishServiceAnnotation];
      notes.expect(named !== undefined && named !== '', 'data-plane-unknown', () => ({
        evidence: evidenceOf(gateway, `metadata.annotations[${kongPublishServiceAnnotation}]`, named),
        sentence: `Gateway ${keyOf(gateway.metadata)} is unmanaged, and no proxy Service is named for it: Kong creates none, and mirrors the address of one that was installed`,
        fix: { command: 'helm install kong kong/ingress --namespace kong --create-namespace', safe: false },
      }));
      for (const key of (named ?? '').split(',').filter(Boolean)) {
        checkNamed(key.trim(), gateway, services, slices, notes);
      }
      return;
    }
    const behind = services.filter((service) => hasAddressOf(service, gateway));
    if (behind.length === 0) return notes.notChecked('no Service has the address of the Gateway');
    for (const service of behind) checkService(service, gateway, slices, notes);
  },
};

function checkNamed(
  key: string,
  gateway: Gateway,
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  notes: Notes,
): void {
  const service = services.find(({ metadata }) => keyOf(metadata) === key);
  notes.expect(service !== undefined, 'data-plane-missing', () => ({
    evidence: evidenceOf(gateway, `metadata.annotations[${kongPublishServiceAnnotation}]`, key),
    sentence: `Service ${key}, the proxy of Gateway ${keyOf(gateway.metadata)}, does not exist`,
    fix: {
      command: `helm install kong kong/ingress --namespace ${key.split('/')[0]} --create-namespace`,
      safe: false,
    },
  }));
  if (service) checkService(service, gateway, slices, notes);
}

function checkService(service: Service, gateway: Gateway, slices: readonly EndpointSlice[], notes: Notes): void {
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
  const ports = (service.spec.ports ?? []).map(({ port }) => port);
  for (const listener of gateway.spec.listeners) {
    notes.expect(ports.includes(listener.port), 'listener-port-closed', () => ({
      evidence: evidenceOf(gateway, `spec.listeners[${listener.name}].port`, listener.port),
      sentence: `listener ${listener.name} has port ${listener.port}, and Service ${key} exposes ${ports.join(', ') || 'none'}`,
      fix: { command: `kubectl -n ${service.metadata.namespace} edit service ${service.metadata.name}`, safe: false },
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
