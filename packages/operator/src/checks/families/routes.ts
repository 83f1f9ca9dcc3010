import { type HttpRoute, keyOf } from '@serval/kube/objects';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { configIn, gatewayIn, gatewayKeyIn, servicesIn } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { leadsTo, namedListeners, serviceOf, takesKind, takesNamespace } from './attachment.ts';
import { expectedRoutes } from './expected-routes.ts';

/** Routes of the services: there, at the configured Gateway, and allowed by a listener of it. */
export const routesCheck: Check = {
  name: 'routes',
  run(snapshot, notes) {
    const all = notes.read(snapshot.routes, 'HTTPRoutes');
    notes.read(snapshot.services, 'InferenceServices');
    if ('unread' in snapshot.routes || 'unread' in snapshot.services) return;
    const config = configIn(snapshot);
    const services = servicesIn(snapshot);
    if (services.length === 0) return notes.notChecked('there is no InferenceService');
    for (const service of services) {
      for (const name of expectedRoutes(service, config)) {
        const key = keyOf({ namespace: service.metadata.namespace, name });
        const route = all.find(({ metadata }) => keyOf(metadata) === key);
        notes.expect(route !== undefined, 'route-missing', () => ({
          service: keyOf(service.metadata),
          evidence: evidenceOf(`HTTPRoute ${key}`, 'metadata.name', undefined),
          sentence: `HTTPRoute ${key} does not exist, so nothing leads to the service from outside`,
          fix: {
            command: `serval describe isvc ${service.metadata.name} -n ${service.metadata.namespace}`,
            safe: false,
          },
        }));
        if (route) checkAttachment(route, snapshot, notes);
      }
    }
  },
};

function checkAttachment(route: HttpRoute, snapshot: Snapshot, notes: Notes): void {
  const service = serviceOf(route);
  const about = service === undefined ? {} : { service };
  const key = keyOf(route.metadata);
  const gateway = gatewayIn(snapshot);
  if (!gateway) return;
  const where = keyOf(gateway.metadata);
  const attached = notes.expect((route.spec.parentRefs ?? []).some(leadsTo(route, gateway)), 'route-elsewhere', () => ({
    ...about,
    evidence: evidenceOf(route, 'spec.parentRefs', route.spec.parentRefs),
    sentence: `HTTPRoute ${key} does not name Gateway ${gatewayKeyIn(snapshot)}`,
    fix: {
      command: `kubectl -n ${route.metadata.namespace} get httproute ${route.metadata.name} -o yaml`,
      safe: false,
    },
  }));
  if (!attached) return;
  const listeners = namedListeners(route, gateway);
  const fix = {
    command: `kubectl -n ${gateway.metadata.namespace} edit gateway ${gateway.metadata.name}`,
    safe: false,
  };
  notes.expect(listeners.some(takesKind), 'route-kind-refused', () => ({
    ...about,
    evidence: evidenceOf(
      gateway,
      'spec.listeners[].allowedRoutes.kinds',
      listeners.map((l) => l.allowedRoutes?.kinds),
    ),
    sentence: `no listener of Gateway ${where} that ${key} names takes HTTPRoutes`,
    fix,
  }));
  const usesSelector = listeners.some(({ allowedRoutes }) => allowedRoutes?.namespaces?.from === 'Selector');
  const namespaces = usesSelector ? notes.read(snapshot.namespaces, 'Namespaces') : [];
  if (usesSelector && 'unread' in snapshot.namespaces) return;
  const namespace = route.metadata.namespace ?? '';
  const allowing = listeners.some((listener) => takesNamespace(listener, gateway, namespace, namespaces));
  notes.expect(allowing, 'route-namespace-refused', () => ({
    ...about,
    evidence: evidenceOf(
      gateway,
      'spec.listeners[].allowedRoutes.namespaces',
      listeners.map(({ allowedRoutes }) => allowedRoutes?.namespaces ?? { from: 'Same' }),
    ),
    sentence: `no listener of Gateway ${where} takes routes of namespace ${namespace}`,
    fix,
  }));
}
