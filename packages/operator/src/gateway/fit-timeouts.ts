import type { HttpRoute, HttpRouteRule } from '@serval/kube/objects';
import type { GatewayCapabilities } from './capabilities.ts';
import type { Loss } from './fit-objects.ts';

type Way = 'request' | 'backendRequest' | 'annotation' | 'none';

/** How a gateway is told how long a request may take. */
function wayOf({ features, implementation }: GatewayCapabilities): Way {
  if (features.HTTPRouteRequestTimeout.supported) return 'request';
  if (features.HTTPRouteBackendTimeout.supported) return 'backendRequest';
  return implementation?.readTimeoutAnnotation ? 'annotation' : 'none';
}

/** The route with its timeouts as the gateway takes them; those that it does not take are among the losses. */
export function fitTimeouts(route: HttpRoute, capabilities: GatewayCapabilities, losses: Loss[]): HttpRoute {
  const way = wayOf(capabilities);
  const rules = route.spec.rules ?? [];
  const wanted = rules.map(({ timeouts }) => timeouts?.request);
  const longest = longestOf(wanted);
  if (way === 'request' || longest === undefined) return route;
  const name = `HTTPRoute ${route.metadata.name}`;
  const lose = (request: string, why: string) => losses.push({ what: `${name}: timeouts.request ${request}`, why });
  if (way === 'none') {
    for (const request of new Set(wanted)) {
      if (request !== undefined) lose(request, capabilities.features.HTTPRouteRequestTimeout.why);
    }
  }
  const shared = way === 'annotation' || capabilities.implementation?.oneBackendTimeoutPerRoute === true;
  if (way !== 'none' && shared) {
    // The longest, so that no request ends before its time.
    for (const request of new Set(wanted)) {
      if (request === undefined || request === longest) continue;
      lose(request, `${capabilities.implementation?.product} has one timeout per route, which is ${longest}`);
    }
  }
  const timeoutOf = (request: string | undefined) => (shared ? longest : request);
  const fitted = rules.map((rule) => withTimeout(rule, way, timeoutOf(rule.timeouts?.request)));
  return { ...route, spec: { ...route.spec, rules: fitted } };
}

function withTimeout({ timeouts: _, ...rule }: HttpRouteRule, way: Way, timeout: string | undefined): HttpRouteRule {
  return way === 'backendRequest' && timeout ? { ...rule, timeouts: { backendRequest: timeout } } : rule;
}

/** Of each Service by name, the longest that a request to it may take, where its annotation is the way to say it. */
export function readTimeoutsOf(
  routes: readonly HttpRoute[],
  capabilities: GatewayCapabilities,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (wayOf(capabilities) !== 'annotation') return found;
  for (const { spec } of routes) {
    for (const { backendRefs = [], timeouts } of spec.rules ?? []) {
      const ms = timeouts?.request === undefined ? undefined : millisecondsOf(timeouts.request);
      if (ms === undefined) continue;
      for (const { name } of backendRefs) found.set(name, Math.max(ms, found.get(name) ?? 0));
    }
  }
  return found;
}

function longestOf(durations: readonly (string | undefined)[]): string | undefined {
  const written = durations.filter((duration) => duration !== undefined);
  return written.reduce<string | undefined>(
    (longest, next) => (longest === undefined || millisecondsOf(next) > millisecondsOf(longest) ? next : longest),
    undefined,
  );
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Of a duration of the Gateway API, `1h30m`, `500ms` (GEP-2257). */
function millisecondsOf(duration: string): number {
  let ms = 0;
  for (const [, amount, unit = ''] of duration.matchAll(/(\d+)(ms|h|m|s)/g)) ms += Number(amount) * (units[unit] ?? 0);
  return ms;
}
