import { type HttpRouteMatch, keyOf } from '@serval/kube/objects';
import { evidenceOf } from '../describe.ts';
import type { Check } from '../notes.ts';
import { gatewayApiOff, gatewayIn, gatewayKeyIn, routesIn, servicesIn, usesGatewayApi } from '../settings.ts';
import { hostsMeet, namedListeners, type Route, routesOfGateway, serviceOf } from './attachment.ts';

/** Hosts of routes: covered by a listener, and claimed once. */
export const routeHostsCheck: Check = {
  name: 'hosts',
  run(snapshot, notes) {
    notes.read(snapshot.routes, 'HTTPRoutes');
    const gateway = gatewayIn(snapshot);
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    if ('unread' in snapshot.routes) return;
    if (!gateway) return notes.notChecked(`Gateway ${gatewayKeyIn(snapshot)} does not exist`);
    const asked = new Set(servicesIn(snapshot).map(({ metadata }) => keyOf(metadata)));
    const attached = routesIn(snapshot).filter(routesOfGateway(gateway));
    const ours = attached.filter((route) => asked.has(serviceOf(route) ?? ''));
    for (const route of ours) {
      const service = serviceOf(route) ?? '';
      const listeners = namedListeners(route, gateway);
      for (const host of route.spec.hostnames ?? []) {
        notes.expect(
          listeners.some(({ hostname }) => hostsMeet(hostname, host)),
          'route-host-outside',
          () => ({
            service,
            evidence: evidenceOf(
              gateway,
              'spec.listeners[].hostname',
              listeners.map(({ hostname }) => hostname ?? '*'),
            ),
            sentence: `no listener of Gateway ${keyOf(gateway.metadata)} has a hostname that covers ${host}`,
            fix: {
              command: `kubectl -n ${snapshot.systemNamespace} edit configmap inferenceservice-config`,
              safe: false,
            },
          }),
        );
        const rival = attached.find(
          (other) => other !== route && serviceOf(other) !== service && claims(other, route, host),
        );
        notes.expect(rival === undefined, 'route-host-claimed', () => ({
          service,
          evidence: evidenceOf(rival ?? route, 'spec.hostnames', host),
          sentence: `${route.kind} ${keyOf(route.metadata)} and ${rival?.kind} ${keyOf((rival ?? route).metadata)} both claim host ${host}`,
          fix: {
            command: `kubectl -n ${rival?.metadata.namespace} delete ${rival?.kind?.toLowerCase()} ${rival?.metadata.name}`,
            safe: false,
          },
        }));
      }
    }
  },
};

/** Whether another route takes requests of the host on a path that the route has too, match by match. */
function claims(other: Route, route: Route, host: string): boolean {
  if (!(other.spec.hostnames ?? []).some((name) => name.toLowerCase() === host.toLowerCase())) return false;
  const own = new Set(matchesOf(route));
  return matchesOf(other).some((match) => own.has(match));
}

/** A rule without matches takes every path, or every method. */
function matchesOf(route: Route): string[] {
  return (route.spec.rules ?? [{}]).flatMap((rule) => {
    if (isGrpc(route)) return ((rule.matches ?? [{}]) as object[]).map((match) => JSON.stringify(['gRPC', match]));
    return ((rule.matches ?? [{}]) as HttpRouteMatch[]).map(({ path, headers = [], queryParams = [], method = '' }) =>
      JSON.stringify([path?.type ?? 'PathPrefix', path?.value ?? '/', method, headers, queryParams]),
    );
  });
}

function isGrpc({ kind }: Route): boolean {
  return kind === 'GRPCRoute';
}
