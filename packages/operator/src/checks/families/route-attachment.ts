import { keyOf } from '@serval/kube/objects';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayApiOff, gatewayIn, gatewayKeyIn, routesIn, servicesIn, usesGatewayApi } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { leadsTo, namedListeners, type Route, serviceOf, takesKind, takesNamespace } from './attachment.ts';

/** Routes of the services: at the configured Gateway, and allowed by a listener of it. */
export const routeAttachmentCheck: Check = {
  name: 'attachment of routes',
  run(snapshot, notes) {
    notes.read(snapshot.routes, 'HTTPRoutes');
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    const asked = new Set(servicesIn(snapshot).map(({ metadata }) => keyOf(metadata)));
    for (const route of routesIn(snapshot)) {
      if (asked.has(serviceOf(route) ?? '')) checkAttachment(route, snapshot, notes);
    }
  },
};

function checkAttachment(route: Route, snapshot: Snapshot, notes: Notes): void {
  const service = serviceOf(route);
  const about = service === undefined ? {} : { service };
  const key = keyOf(route.metadata);
  const gateway = gatewayIn(snapshot);
  if (!gateway) return;
  const where = keyOf(gateway.metadata);
  const attached = notes.expect((route.spec.parentRefs ?? []).some(leadsTo(route, gateway)), 'route-elsewhere', () => ({
    ...about,
    evidence: evidenceOf(route, 'spec.parentRefs', route.spec.parentRefs),
    sentence: `${route.kind} ${key} does not name Gateway ${gatewayKeyIn(snapshot)}`,
    fix: {
      command: `kubectl -n ${route.metadata.namespace} get ${route.kind?.toLowerCase()} ${route.metadata.name} -o yaml`,
      safe: false,
    },
  }));
  if (!attached) return;
  const listeners = namedListeners(route, gateway);
  const fix = {
    command: `kubectl -n ${gateway.metadata.namespace} edit gateway ${gateway.metadata.name}`,
    safe: false,
  };
  notes.expect(
    listeners.some((listener) => takesKind(listener, route.kind)),
    'route-kind-refused',
    () => ({
      ...about,
      evidence: evidenceOf(
        gateway,
        'spec.listeners[].allowedRoutes.kinds',
        listeners.map((l) => l.allowedRoutes?.kinds),
      ),
      sentence: `no listener of Gateway ${where} that ${key} names takes ${route.kind}s`,
      fix,
    }),
  );
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
