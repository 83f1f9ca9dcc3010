import {
  type HttpRoute,
  keyOf,
  type Labels,
  type Listener,
  labelSelectorMatcher,
  type ParentReference,
} from '@serval/kube/objects';
import { intersectHostnames } from './hosts.ts';
import type { EvaluatedGateway, EvaluatedListener } from './listeners.ts';
import { type GatewayModel, gatewayGroup, type Verdict } from './model.ts';

/** What one parentRef of a route came to. Only references to our Gateways have one. */
export interface Attachment {
  route: HttpRoute;
  parentRef: ParentReference;
  gateway: EvaluatedGateway;
  accepted: Verdict;
  /** Listeners that serve the route, with the hostnames (`''` is every host) under which they do. */
  bindings: { listener: EvaluatedListener; hostnames: string[] }[];
}

/** The parents of a route among our Gateways, by the rules of `spec.parentRefs` and `allowedRoutes`. */
export function attachRoute(
  route: HttpRoute,
  gateways: ReadonlyMap<string, EvaluatedGateway>,
  namespaceLabels: (namespace: string) => Labels,
): Attachment[] {
  const attachments: Attachment[] = [];
  for (const parentRef of route.spec.parentRefs ?? []) {
    const gateway = gatewayOf(parentRef, route, gateways);
    if (gateway) attachments.push(attach(route, parentRef, gateway, namespaceLabels));
  }
  return attachments;
}

/** Reads the labels of namespaces out of the model; every namespace carries its own name as a label. */
export function namespaceLabelsOf(model: Pick<GatewayModel, 'namespaces'>): (namespace: string) => Labels {
  const labels = new Map(model.namespaces.map(({ metadata }) => [metadata.name ?? '', metadata.labels]));
  return (namespace) => ({ 'kubernetes.io/metadata.name': namespace, ...labels.get(namespace) });
}

function gatewayOf(
  { group = gatewayGroup, kind = 'Gateway', namespace, name }: ParentReference,
  route: HttpRoute,
  gateways: ReadonlyMap<string, EvaluatedGateway>,
): EvaluatedGateway | undefined {
  if (group !== gatewayGroup || kind !== 'Gateway') return undefined;
  return gateways.get(keyOf({ namespace: namespace ?? route.metadata.namespace, name }));
}

function attach(
  route: HttpRoute,
  parentRef: ParentReference,
  gateway: EvaluatedGateway,
  namespaceLabels: (namespace: string) => Labels,
): Attachment {
  const result = (accepted: Verdict, bindings: Attachment['bindings'] = []) => ({
    route,
    parentRef,
    gateway,
    accepted,
    bindings,
  });
  const refused = (reason: string, message: string) => result({ ok: false, reason, message });
  const { sectionName, port } = parentRef;
  const named = gateway.listeners.filter(
    ({ listener }) =>
      (sectionName === undefined || listener.name === sectionName) && (port === undefined || listener.port === port),
  );
  if (named.length === 0) {
    const wanted = [sectionName && `name "${sectionName}"`, port && `port ${port}`].filter(Boolean).join(' and ');
    return refused('NoMatchingParent', `Gateway ${gateway.key} has no listener with ${wanted}`);
  }
  const allowing = named.filter(({ listener, served }) => served && allows(listener, route, gateway, namespaceLabels));
  if (allowing.length === 0) {
    return refused(
      'NotAllowedByListeners',
      named.some(({ served }) => served)
        ? `no listener of Gateway ${gateway.key} allows HTTPRoutes of namespace ${route.metadata.namespace}`
        : `no listener of Gateway ${gateway.key} is served: ${named.map(whyNot).join('; ')}`,
    );
  }
  const bindings = allowing
    .map((listener) => ({ listener, hostnames: commonHostnames(listener.listener, route) }))
    .filter(({ hostnames }) => hostnames.length > 0);
  if (bindings.length === 0) {
    return refused(
      'NoMatchingListenerHostname',
      `no hostname of ${(route.spec.hostnames ?? []).join(', ')} fits a listener of Gateway ${gateway.key}`,
    );
  }
  return result({ ok: true, reason: 'Accepted', message: '' }, bindings);
}

function whyNot({ listener, accepted, resolvedRefs }: EvaluatedListener): string {
  return `"${listener.name}": ${accepted.message || resolvedRefs.message}`;
}

function allows(
  { allowedRoutes }: Listener,
  { metadata }: HttpRoute,
  { gateway }: EvaluatedGateway,
  namespaceLabels: (namespace: string) => Labels,
): boolean {
  const namespace = metadata.namespace ?? '';
  const from = allowedRoutes?.namespaces?.from ?? 'Same';
  if (from === 'All') return true;
  if (from === 'Same') return namespace === gateway.metadata.namespace;
  if (from !== 'Selector') return false;
  try {
    return labelSelectorMatcher(allowedRoutes?.namespaces?.selector)(namespaceLabels(namespace));
  } catch {
    // A selector that is no selector lets nobody in.
    return false;
  }
}

function commonHostnames(listener: Listener, route: HttpRoute): string[] {
  const names = route.spec.hostnames?.length ? route.spec.hostnames : [''];
  const common = names.map((name) => intersectHostnames(listener.hostname ?? '', name));
  return [...new Set(common.filter((name) => name !== undefined))];
}
