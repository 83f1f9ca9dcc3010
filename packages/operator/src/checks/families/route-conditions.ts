import { type Gateway, keyOf } from '@serval/kube/objects';
import { implementationOf } from '../../gateway/implementations.ts';
import { evidenceOf, sayingOf, stateOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import {
  gatewayApiOff,
  gatewayClassIn,
  gatewayIn,
  gatewayKeyIn,
  routesIn,
  servicesIn,
  usesGatewayApi,
} from '../settings.ts';
import { leadsTo, type Route, routesOfGateway, serviceOf } from './attachment.ts';

/** What the controller of our Gateway says of the routes, of their present generation. What others say does not count. */
export const routeConditionsCheck: Check = {
  name: 'route conditions',
  run(snapshot, notes) {
    notes.read(snapshot.routes, 'HTTPRoutes');
    const gateway = gatewayIn(snapshot);
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    if ('unread' in snapshot.routes) return;
    if (!gateway) return notes.notChecked(`Gateway ${gatewayKeyIn(snapshot)} does not exist`);
    const asked = new Set(servicesIn(snapshot).map(({ metadata }) => keyOf(metadata)));
    const controllerName = gatewayClassIn(snapshot)?.spec.controllerName;
    for (const route of routesIn(snapshot).filter(routesOfGateway(gateway))) {
      if (asked.has(serviceOf(route) ?? '')) checkRoute(route, gateway, controllerName, notes);
    }
  },
};

function checkRoute(route: Route, gateway: Gateway, controllerName: string | undefined, notes: Notes): void {
  const service = serviceOf(route) ?? '';
  const key = keyOf(route.metadata);
  const entry = route.status?.parents?.find(
    ({ parentRef, controllerName: by }) =>
      leadsTo(route, gateway)(parentRef) && (controllerName === undefined || by === controllerName),
  );
  const fix = {
    command: `kubectl -n ${route.metadata.namespace} describe ${route.kind?.toLowerCase()} ${route.metadata.name}`,
    safe: false,
  };
  const accepted = stateOf(route, entry?.conditions, 'Accepted');
  const saying = sayingOf(route, entry?.conditions, 'Accepted');
  const taken = notes.expect(accepted === 'True', accepted === 'False' ? 'route-rejected' : 'route-pending', () => ({
    service,
    evidence: evidenceOf(route, 'status.parents[].conditions[Accepted]', entry ? saying : undefined),
    sentence: entry
      ? `${route.kind} ${key} is not accepted: ${saying}`
      : `${controllerName ?? 'the controller of the Gateway'} has said nothing of ${route.kind} ${key}`,
    fix,
  }));
  if (!taken) return;
  const resolved = sayingOf(route, entry?.conditions, 'ResolvedRefs');
  notes.expect(stateOf(route, entry?.conditions, 'ResolvedRefs') === 'True', 'route-unresolved', () => ({
    service,
    evidence: evidenceOf(route, 'status.parents[].conditions[ResolvedRefs]', resolved),
    sentence: `a reference of ${route.kind} ${key} does not resolve: ${resolved}`,
    fix,
  }));
  // Not of the specification: where a controller writes it for routes, it says that the data plane has them.
  const programs = implementationOf(controllerName)?.programsRoutes;
  if (!entry || !(programs || entry.conditions.some(({ type }) => type === 'Programmed'))) return;
  const programmed = sayingOf(route, entry.conditions, 'Programmed');
  notes.expect(stateOf(route, entry.conditions, 'Programmed') === 'True', 'route-not-programmed', () => ({
    service,
    evidence: evidenceOf(route, 'status.parents[].conditions[Programmed]', programmed),
    sentence: `${route.kind} ${key} is not in the data plane: ${programmed}`,
    fix,
  }));
}
