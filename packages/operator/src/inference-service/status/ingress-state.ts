import {
  findCondition,
  type Gateway,
  type GatewayClass,
  type GrpcRoute,
  type HttpRoute,
  type Ingress,
  type KubeObject,
  type ParentReference,
  type RouteParentStatus,
} from '@serval/kube/objects';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { GatewayCapabilities } from '../../gateway/capabilities.ts';

export interface ObservedIngress {
  readonly gateway: Gateway | undefined;
  readonly gatewayClass: GatewayClass | undefined;
  /** Whether any class could be read. */
  readonly seesClasses?: boolean;
  readonly capabilities: GatewayCapabilities;
  /** What of the service is there, by name. */
  readonly routes: ReadonlyMap<string, HttpRoute>;
  readonly grpcRoutes: ReadonlyMap<string, GrpcRoute>;
  readonly ingresses: ReadonlyMap<string, Ingress>;
}

/** An object that leads requests to a service. */
export interface WayIn {
  readonly kind: string;
  readonly name: string;
}

const wayInKinds = ['HTTPRoute', 'GRPCRoute', 'Ingress'];

export function isWayIn({ kind }: KubeObject): boolean {
  return wayInKinds.includes(kind);
}

export function wayInOf({ kind, metadata }: KubeObject): WayIn {
  return { kind, name: metadata.name ?? '' };
}

/**
 * Whether requests from outside find their way: every Ingress has an address; or the Gateway is programmed and has one, and every route is
 * accepted by it with all of its references resolved. Only what our Gateway's controller says of our parent counts, and only of the present generation.
 */
export function ingressState(
  observed: ObservedIngress,
  parent: ParentReference,
  expected: readonly WayIn[],
): ConditionResult {
  const ingress = expected.find(({ kind }) => kind === 'Ingress');
  if (ingress) return ingressObjectState(ingress.name, observed.ingresses.get(ingress.name));
  const { capabilities, gateway } = observed;
  if (!capabilities.api.schemas.has('HTTPRoute')) {
    const message =
      'the cluster serves no HTTPRoute v1; install the Gateway API, or set ingress.enableGatewayApi: false';
    return { status: 'False', reason: 'GatewayApiNotInstalled', message };
  }
  const state = gatewayState(gateway, parent);
  if (state) return state;
  for (const way of expected) {
    const problem = routeState(way, observed, parent);
    if (problem) return problem;
  }
  return { status: 'True' };
}

function gatewayState(gateway: Gateway | undefined, parent: ParentReference): ConditionResult | undefined {
  const where = `Gateway ${parent.namespace}/${parent.name}`;
  if (!gateway) return { status: 'False', reason: 'GatewayNotFound', message: `${where} does not exist` };
  const programmed = findCondition(gateway.status?.conditions, 'Programmed');
  if (programmed?.status !== 'True' || isStale(programmed.observedGeneration, gateway.metadata.generation)) {
    return notYet('GatewayNotProgrammed', `${where} is not programmed`, programmed);
  }
  if (!gateway.status?.addresses?.length) {
    return { status: 'False', reason: 'GatewayHasNoAddress', message: `${where} is programmed and has no address` };
  }
  return undefined;
}

/** An Ingress has no conditions: its address is all that a controller says of having taken it up. */
function ingressObjectState(name: string, ingress: Ingress | undefined): ConditionResult {
  if (!ingress) return { status: 'Unknown', reason: 'IngressPending', message: `Ingress ${name} is not there yet` };
  if (ingress.status?.loadBalancer?.ingress?.length) return { status: 'True' };
  const message = `Ingress ${name}: no controller has given it an address yet`;
  return { status: 'Unknown', reason: 'IngressHasNoAddress', message };
}

/** Why a route does not lead to its service yet; undefined when it does. */
function routeState(
  { kind, name }: WayIn,
  { gatewayClass, capabilities, routes, grpcRoutes }: ObservedIngress,
  parent: ParentReference,
): ConditionResult | undefined {
  const route = (kind === 'GRPCRoute' ? grpcRoutes : routes).get(name);
  const controllerName = gatewayClass?.spec.controllerName;
  if (!route) return { status: 'Unknown', reason: 'HttpRoutePending', message: `${kind} ${name} is not there yet` };
  const status = route.status?.parents.find(
    (entry) =>
      (controllerName === undefined || entry.controllerName === controllerName) && isParent(entry, parent, route),
  );
  if (!status) {
    const message = `${kind} ${name}: Gateway ${parent.namespace}/${parent.name} has not taken it up`;
    return { status: 'Unknown', reason: 'ParentStatusNotAvailable', message };
  }
  // Not of the Gateway API: where a controller writes it, it says that the data plane has the route.
  const programs = capabilities.implementation?.programsRoutes ?? findCondition(status.conditions, 'Programmed');
  for (const type of ['Accepted', 'ResolvedRefs', ...(programs ? ['Programmed'] : [])]) {
    const condition = findCondition(status.conditions, type);
    if (condition?.status !== 'True' || isStale(condition.observedGeneration, route.metadata.generation)) {
      return notYet('HttpRouteNotReady', `${kind} ${name} is not ${words[type] ?? type.toLowerCase()}`, condition);
    }
  }
  return undefined;
}

const words: Readonly<Record<string, string>> = { ResolvedRefs: 'resolved' };

function isParent({ parentRef }: RouteParentStatus, parent: ParentReference, route: HttpRoute | GrpcRoute): boolean {
  return (
    parentRef.name === parent.name &&
    (parentRef.namespace ?? route.metadata.namespace) === parent.namespace &&
    (parentRef.kind ?? 'Gateway') === 'Gateway' &&
    parentRef.sectionName === parent.sectionName
  );
}

/** A condition without generation cannot be told to be old (older implementations leave it out). */
function isStale(observed: number | undefined, generation: number | undefined): boolean {
  return observed !== undefined && generation !== undefined && observed < generation;
}

function notYet(
  reason: string,
  message: string,
  condition: { status: string; reason?: string; message?: string } | undefined,
): ConditionResult {
  const why = [condition?.reason, condition?.message].filter(Boolean).join(': ');
  return {
    status: condition?.status === 'False' ? 'False' : 'Unknown',
    reason,
    message: why ? `${message}: ${why}` : message,
  };
}
