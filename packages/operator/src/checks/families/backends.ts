import { type HttpBackendRef, keyOf, type ReferenceGrant, type Service } from '@serval/kube/objects';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { isWhole, itemsOf, routesIn, servicesIn } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Route, serviceOf } from './attachment.ts';
import { readyEndpoints } from './ready-endpoints.ts';

/** Services that routes lead to: there, with the port and an endpoint, and allowed where they are in another namespace. */
export const backendsCheck: Check = {
  name: 'backends',
  run(snapshot, notes) {
    notes.read(snapshot.routes, 'HTTPRoutes');
    notes.read(snapshot.kubeServices, 'Services');
    notes.read(snapshot.endpointSlices, 'EndpointSlices');
    if ('unread' in snapshot.kubeServices) return;
    const asked = new Set(servicesIn(snapshot).map(({ metadata }) => keyOf(metadata)));
    const seen = new Set<string>();
    for (const route of routesIn(snapshot).filter((each) => asked.has(serviceOf(each) ?? ''))) {
      for (const backend of (route.spec.rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs)) {
        const { group = '', kind = 'Service', namespace = route.metadata.namespace, name, port } = backend;
        // Both routes of a service lead to the same backend: one finding is enough.
        const once = `${serviceOf(route)} ${namespace}/${name}:${port}`;
        if (group !== '' || kind !== 'Service' || backend.weight === 0 || seen.has(once)) continue;
        seen.add(once);
        checkBackend(route, { ...backend, namespace: namespace ?? '' }, snapshot, notes);
      }
    }
  },
};

function checkBackend(
  route: Route,
  { namespace, name, port }: HttpBackendRef & { namespace: string },
  snapshot: Snapshot,
  notes: Notes,
): void {
  const service = serviceOf(route) ?? '';
  const key = keyOf({ namespace, name });
  const path = 'spec.rules[].backendRefs';
  const fix = { command: `kubectl -n ${namespace} get service,endpointslices,pods`, safe: false };
  if (namespace !== route.metadata.namespace) {
    const grants = notes.read(snapshot.referenceGrants, 'ReferenceGrants');
    if (isWhole(snapshot.referenceGrants)) {
      notes.expect(
        grants.some((grant) => allows(grant, route, namespace, name)),
        'backend-ungranted',
        () => ({
          service,
          evidence: evidenceOf(route, path, key),
          sentence: `${route.kind} ${keyOf(route.metadata)} leads to Service ${key}, and no ReferenceGrant of ${namespace} allows it`,
          fix: { command: `kubectl -n ${namespace} get referencegrants`, safe: false },
        }),
      );
    }
  }
  const found = itemsOf(snapshot.kubeServices).find(({ metadata }) => keyOf(metadata) === key);
  if (!found && namespace !== route.metadata.namespace && !isWhole(snapshot.kubeServices)) return;
  notes.expect(found !== undefined, 'backend-missing', () => ({
    service,
    evidence: evidenceOf(route, path, key),
    sentence: `Service ${key}, which ${route.kind} ${keyOf(route.metadata)} leads to, does not exist`,
    fix,
  }));
  if (!found) return;
  const ports = (found.spec.ports ?? []).map((each) => each.port);
  notes.expect(port !== undefined && ports.includes(port), 'backend-port-missing', () => ({
    service,
    evidence: evidenceOf(found, 'spec.ports[].port', ports),
    sentence: `${route.kind} ${keyOf(route.metadata)} leads to port ${port} of Service ${key}, which has ${ports.join(', ') || 'none'}`,
    fix,
  }));
  checkEndpoints(found, service, snapshot, notes);
}

function checkEndpoints(found: Service, service: string, snapshot: Snapshot, notes: Notes): void {
  if ('unread' in snapshot.endpointSlices) return;
  const ready = readyEndpoints(found, snapshot.endpointSlices.items);
  notes.expect(ready > 0, 'backend-endpoints-missing', () => ({
    service,
    evidence: evidenceOf(found, 'EndpointSlices: ready endpoints', ready),
    sentence: `Service ${keyOf(found.metadata)} has no ready endpoint`,
    fix: { command: `kubectl -n ${found.metadata.namespace} get endpointslices,pods`, safe: false },
  }));
}

function allows({ metadata, spec }: ReferenceGrant, route: Route, namespace: string, name: string): boolean {
  return (
    metadata.namespace === namespace &&
    spec.from.some((from) => from.kind === route.kind && from.namespace === route.metadata.namespace) &&
    spec.to.some((to) => to.group === '' && to.kind === 'Service' && (to.name === undefined || to.name === name))
  );
}
