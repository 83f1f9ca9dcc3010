import { type Gateway, type HttpRoute, keyOf } from '@serval/kube/objects';
import { evidenceOf, sayingOf, stateOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayClassIn, gatewayIn, gatewayKeyIn, servicesIn } from '../settings.ts';
import { leadsTo, routesOfGateway, serviceOf } from './attachment.ts';

/** What the controller of our Gateway says of the routes, of their present generation. What others say does not count. */
export const routeConditionsCheck: Check = {
  name: 'route conditions',
  run(snapshot, notes) {
    const all = notes.read(snapshot.routes, 'HTTPRoutes');
    const gateway = gatewayIn(snapshot);
    if ('unread' in snapshot.routes) return;
    if (!gateway) return notes.notChecked(`Gateway ${gatewayKeyIn(snapshot)} does not exist`);
    const asked = new Set(servicesIn(snapshot).map(({ metadata }) => keyOf(metadata)));
    const controllerName = gatewayClassIn(snapshot)?.spec.controllerName;
    for (const route of all.filter(routesOfGateway(gateway))) {
      if (asked.has(serviceOf(route) ?? '')) checkRoute(route, gateway, controllerName, notes);
    }
  },
};

function checkRoute(route: HttpRoute, gateway: Gateway, controllerName: string | undefined, notes: Notes): void {
  const service = serviceOf(route) ?? '';
  const key = keyOf(route.metadata);
  const entry = route.status?.parents?.find(
    ({ parentRef, controllerName: by }) =>
      leadsTo(route, gateway)(parentRef) && (controllerName === undefined || by === controllerName),
  );
  const fix = {
    command: `kubectl -n ${route.metadata.namespace} describe httproute ${route.metadata.name}`,
    safe: false,
  };
  const accepted = stateOf(route, entry?.conditions, 'Accepted');
  const saying = sayingOf(route, entry?.conditions, 'Accepted');
  const taken = notes.expect(accepted === 'True', accepted === 'False' ? 'route-rejected' : 'route-pending', () => ({
    service,
    evidence: evidenceOf(route, 'status.parents[].conditions[Accepted]', entry ? saying : undefined),
    sentence: entry
      ? `HTTPRoute ${key} is not accepted: ${saying}`
      : `${controllerName ?? 'the controller of the Gateway'} has said nothing of HTTPRoute ${key}`,
    fix,
  }));
  if (!taken) return;
  const resolved = sayingOf(route, entry?.conditions, 'ResolvedRefs');
  notes.expect(stateOf(route, entry?.conditions, 'ResolvedRefs') === 'True', 'route-unresolved', () => ({
    service,
    evidence: evidenceOf(route, 'status.parents[].conditions[ResolvedRefs]', resolved),
    sentence: `a reference of HTTPRoute ${key} does not resolve: ${resolved}`,
    fix,
  }));
  // Kong and others write it for routes too; the specification does not ask for it.
  if (!entry?.conditions.some(({ type }) => type === 'Programmed')) return;
  const programmed = sayingOf(route, entry.conditions, 'Programmed');
  notes.expect(stateOf(route, entry.conditions, 'Programmed') === 'True', 'route-not-programmed', () => ({
    service,
    evidence: evidenceOf(route, 'status.parents[].conditions[Programmed]', programmed),
    sentence: `HTTPRoute ${key} is not in the data plane: ${programmed}`,
    fix,
  }));
}
