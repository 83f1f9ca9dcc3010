import { type HttpRoute, type HttpRouteMatch, type HttpRouteRule, keyOf } from '@serval/kube/objects';
import { type Attachment, attachRoute, namespaceLabelsOf } from './attach.ts';
import { type BackendResolver, createBackendResolver, type ResolvedBackend } from './backends.ts';
import { checkRoute } from './check-rule.ts';
import { parseDurationMs } from './durations.ts';
import { compileFilters } from './filters.ts';
import { createHostMap, type HostMap, hostEntry } from './hosts.ts';
import { type EvaluatedGateway, evaluateGateways } from './listeners.ts';
import type { GatewayModel, Verdict } from './model.ts';
import type { CompiledBackend, CompiledRule, PathTable, RouteEntry, RouteTable } from './table.ts';

/** What was found out about the model: the table for the data plane, and the facts that statuses tell. */
export interface Compilation {
  table: RouteTable;
  gateways: EvaluatedGateway[];
  /** By `namespace/name` of the route; routes without one of our Gateways as a parent are not in it. */
  routes: Map<string, CompiledRoute>;
  /** Keys of every rule in the table. */
  ruleKeys: string[];
}

export interface CompiledRoute {
  route: HttpRoute;
  attachments: Attachment[];
  resolvedRefs: Verdict;
}

/** Pure: the same model makes the same table. */
export function compileRoutes(model: GatewayModel): Compilation {
  const gateways = evaluateGateways(model);
  const byKey = new Map(gateways.map((gateway) => [gateway.key, gateway]));
  const namespaceLabels = namespaceLabelsOf(model);
  const resolver = createBackendResolver(model.services, model.grants);
  const listeners = listenerMap(gateways);
  const routes = new Map<string, CompiledRoute>();
  const ruleKeys: string[] = [];
  let size = 0;
  // Entries of one path keep the order in which they are added, so routes come in their order of precedence.
  for (const route of [...model.routes].sort(byAgeThenName)) {
    const attachments = attachRoute(route, byKey, namespaceLabels);
    if (attachments.length === 0) continue;
    const refused = checkRoute(route);
    const { rules, resolvedRefs } = compileRules(route, resolver);
    routes.set(keyOf(route.metadata), {
      route,
      attachments: refused ? attachments.map((a) => ({ ...a, accepted: refused, bindings: [] })) : attachments,
      resolvedRefs,
    });
    if (refused) continue;
    size += addRoute(listeners, route, rules, attachments);
    ruleKeys.push(...rules.map(({ key }) => key));
  }
  sortEntries(listeners);
  return { table: { listeners, size }, gateways, routes, ruleKeys };
}

/** Every served listener has its place even without routes: it keeps its hosts from less specific listeners. */
function listenerMap(gateways: readonly EvaluatedGateway[]): HostMap<HostMap<PathTable>> {
  const listeners = createHostMap<HostMap<PathTable>>();
  for (const gateway of gateways) {
    for (const { listener, served } of gateway.listeners) {
      if (served) hostEntry(listeners, listener.hostname ?? '', createHostMap<PathTable>);
    }
  }
  return listeners;
}

function byAgeThenName(a: HttpRoute, b: HttpRoute): number {
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (ageA !== ageB) return ageA < ageB ? -1 : 1;
  const [nameA, nameB] = [keyOf(a.metadata), keyOf(b.metadata)];
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}

function compileRules(route: HttpRoute, resolver: BackendResolver): { rules: CompiledRule[]; resolvedRefs: Verdict } {
  let resolvedRefs: Verdict = { ok: true, reason: 'ResolvedRefs', message: '' };
  const rules = (route.spec.rules ?? []).map((rule, index) => {
    const backends = (rule.backendRefs ?? []).map((ref) => {
      const resolved = resolver.resolve(ref, route.metadata.namespace ?? '');
      if (resolvedRefs.ok && !resolved.verdict.ok) resolvedRefs = resolved.verdict;
      return compileBackend(ref, resolved);
    });
    return compileRule(route, rule, index, backends);
  });
  return { rules, resolvedRefs };
}

function compileBackend(
  ref: NonNullable<HttpRouteRule['backendRefs']>[number],
  resolved: ResolvedBackend,
): CompiledBackend {
  const { requestHeaders, responseHeaders } = compileFilters(ref.filters);
  return {
    weight: ref.weight ?? 1,
    service: resolved.service,
    problem: resolved.verdict.ok ? undefined : resolved.verdict.message,
    requestHeaders,
    responseHeaders,
  };
}

function compileRule(route: HttpRoute, rule: HttpRouteRule, index: number, backends: CompiledBackend[]): CompiledRule {
  const name = keyOf(route.metadata);
  const { request, backendRequest } = rule.timeouts ?? {};
  return {
    key: `${name}/${index}`,
    route: name,
    filters: compileFilters(rule.filters),
    backends,
    totalWeight: backends.reduce((sum, { weight }) => sum + weight, 0),
    requestTimeoutMs: request === undefined ? undefined : parseDurationMs(request),
    backendTimeoutMs: backendRequest === undefined ? undefined : parseDurationMs(backendRequest),
  };
}

/** @returns the number of entries added. */
function addRoute(
  listeners: HostMap<HostMap<PathTable>>,
  route: HttpRoute,
  rules: readonly CompiledRule[],
  attachments: readonly Attachment[],
): number {
  // Several parentRefs may lead to the same listener and hostname; one entry is enough.
  const places = new Set<PathTable>();
  for (const { listener, hostnames } of attachments.flatMap(({ bindings }) => bindings)) {
    const hosts = hostEntry(listeners, listener.listener.hostname ?? '', createHostMap<PathTable>);
    for (const hostname of hostnames) places.add(hostEntry(hosts, hostname, createPathTable));
  }
  let added = 0;
  for (const place of places) {
    for (const [index, rule] of (route.spec.rules ?? []).entries()) {
      for (const match of rule.matches?.length ? rule.matches : [{}]) {
        addEntry(place, match, rules[index]!);
        added += 1;
      }
    }
  }
  return added;
}

function createPathTable(): PathTable {
  return { exact: new Map(), prefix: new Map(), longestPrefix: 0 };
}

function addEntry(place: PathTable, match: HttpRouteMatch, rule: CompiledRule): void {
  const value = match.path?.value ?? '/';
  const exact = match.path?.type === 'Exact';
  const key = exact ? value : value.replace(/\/+$/, '');
  const entry: RouteEntry = {
    rule,
    method: match.method,
    headers: firstOfEachName(match.headers, (name) => name.toLowerCase()),
    query: firstOfEachName(match.queryParams, (name) => name),
    prefix: exact ? undefined : key,
  };
  const paths = exact ? place.exact : place.prefix;
  const entries = paths.get(key);
  if (entries) entries.push(entry);
  else paths.set(key, [entry]);
  if (!exact) place.longestPrefix = Math.max(place.longestPrefix, key.length);
}

/** Of several entries of one name only the first counts (`HTTPRouteMatch.headers`). */
function firstOfEachName(
  entries: readonly { name: string; value: string }[] | undefined,
  nameOf: (name: string) => string,
): [string, string][] {
  const found = new Map<string, string>();
  for (const { name, value } of entries ?? []) if (!found.has(nameOf(name))) found.set(nameOf(name), value);
  return [...found];
}

function sortEntries(listeners: HostMap<HostMap<PathTable>>): void {
  for (const hosts of valuesOf(listeners)) {
    for (const paths of valuesOf(hosts)) {
      for (const entries of [...paths.exact.values(), ...paths.prefix.values()]) entries.sort(bySpecificity);
    }
  }
}

function valuesOf<T>({ exact, wildcard, any }: HostMap<T>): T[] {
  return [...exact.values(), ...wildcard.values(), ...(any === undefined ? [] : [any])];
}

/** `sort` is stable: age, name and order of rules decide what these leave equal. */
function bySpecificity(a: RouteEntry, b: RouteEntry): number {
  return (
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    b.headers.length - a.headers.length ||
    b.query.length - a.query.length
  );
}
