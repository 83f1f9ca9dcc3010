import {
  type Gateway,
  type GrpcRoute,
  type HttpRoute,
  keyOf,
  type Labels,
  type Listener,
  labelSelectorMatcher,
  type Namespace,
  type ParentReference,
} from '@serval/kube/objects';
import { gatewayApiGroup } from '../../gateway/installed-api.ts';
import { serviceLabel } from '../../names.ts';

export type Route = HttpRoute | GrpcRoute;

/** `namespace/name` of the service that a route is of; nothing for routes of others. */
export function serviceOf({ metadata }: Pick<Route, 'metadata'>): string | undefined {
  const name = metadata.labels?.[serviceLabel];
  return name ? keyOf({ namespace: metadata.namespace, name }) : undefined;
}

/** Whether a reference of a route leads to a Gateway. */
export function leadsTo(route: Route, gateway: Gateway): (reference: ParentReference) => boolean {
  return ({ group = gatewayApiGroup, kind = 'Gateway', namespace = route.metadata.namespace, name }) =>
    group === gatewayApiGroup && kind === 'Gateway' && keyOf({ namespace, name }) === keyOf(gateway.metadata);
}

export function routesOfGateway(gateway: Gateway): (route: Route) => boolean {
  return (route) => (route.spec.parentRefs ?? []).some(leadsTo(route, gateway));
}

/** Listeners that a route's references to a Gateway name, by section and port. */
export function namedListeners(route: Route, gateway: Gateway): Listener[] {
  const references = (route.spec.parentRefs ?? []).filter(leadsTo(route, gateway));
  return gateway.spec.listeners.filter(({ name, port }) =>
    references.some(
      (reference) =>
        (reference.sectionName === undefined || reference.sectionName === name) &&
        (reference.port === undefined || reference.port === port),
    ),
  );
}

/** Whether a listener takes routes of a kind; without a list, those that its protocol carries. */
export function takesKind({ allowedRoutes }: Listener, wanted: string | undefined): boolean {
  const kinds = allowedRoutes?.kinds ?? [];
  return (
    kinds.length === 0 ||
    kinds.some(({ group = gatewayApiGroup, kind }) => group === gatewayApiGroup && kind === wanted)
  );
}

/** Whether a listener takes routes of a namespace; absent means those of the Gateway's own (Gateway API). */
export function takesNamespace(
  { allowedRoutes }: Listener,
  gateway: Gateway,
  namespace: string,
  namespaces: readonly Namespace[],
): boolean {
  const { from = 'Same', selector } = allowedRoutes?.namespaces ?? {};
  if (from === 'All') return true;
  if (from === 'Same') return namespace === gateway.metadata.namespace;
  if (from !== 'Selector') return false;
  const labels: Labels = {
    'kubernetes.io/metadata.name': namespace,
    ...namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels,
  };
  try {
    return labelSelectorMatcher(selector)(labels);
  } catch {
    // A selector that is no selector lets nobody in.
    return false;
  }
}

/** Whether a hostname of a listener (none: all) and one of a route have a name in common; `*.` stands for one or more labels. */
export function hostsMeet(listener: string | undefined, route: string): boolean {
  const [a, b] = [(listener ?? '').toLowerCase(), route.toLowerCase()];
  if (a === '' || b === '' || a === b) return true;
  const covers = (wildcard: string, name: string) => wildcard.startsWith('*.') && name.endsWith(wildcard.slice(1));
  return covers(a, b) || covers(b, a);
}
