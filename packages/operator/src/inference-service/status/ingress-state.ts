import {
  findCondition,
  type Gateway,
  type GatewayClass,
  type HttpRoute,
  type ParentReference,
  type RouteParentStatus,
} from '@serval/kube/objects';
import type { ConditionResult } from './condition-result.ts';

export interface ObservedIngress {
  readonly gateway: Gateway | undefined;
  readonly gatewayClass: GatewayClass | undefined;
  /** The service's routes that are there, by name. */
  readonly routes: ReadonlyMap<string, HttpRoute>;
}

/**
 * Whether requests from outside find their way: the Gateway is programmed, and every route is accepted by it with all of its
 * references resolved; `expected` are their names. Only what our Gateway's controller says of our parent counts, and only of the present generation.
 */
export function ingressState(
  { gateway, gatewayClass, routes }: ObservedIngress,
  parent: ParentReference,
  expected: readonly string[],
): ConditionResult {
  const where = `Gateway ${parent.namespace}/${parent.name}`;
  if (!gateway) return { status: 'False', reason: 'GatewayNotFound', message: `${where} does not exist` };
  const programmed = findCondition(gateway.status?.conditions, 'Programmed');
  if (programmed?.status !== 'True' || isStale(programmed.observedGeneration, gateway.metadata.generation)) {
    return notYet('GatewayNotProgrammed', `${where} is not programmed`, programmed);
  }
  for (const name of expected) {
    const state = routeState(name, routes.get(name), parent, gatewayClass?.spec.controllerName);
    if (state) return state;
  }
  return { status: 'True' };
}

function routeState(
  name: string,
  route: HttpRoute | undefined,
  parent: ParentReference,
  controllerName: string | undefined,
): ConditionResult | undefined {
  if (!route) return { status: 'Unknown', reason: 'HttpRoutePending', message: `HTTPRoute ${name} is not there yet` };
  const status = route.status?.parents.find(
    (entry) =>
      (controllerName === undefined || entry.controllerName === controllerName) && isParent(entry, parent, route),
  );
  if (!status) {
    const message = `HTTPRoute ${name}: Gateway ${parent.namespace}/${parent.name} has not taken it up`;
    return { status: 'Unknown', reason: 'ParentStatusNotAvailable', message };
  }
  for (const type of ['Accepted', 'ResolvedRefs']) {
    const condition = findCondition(status.conditions, type);
    if (condition?.status !== 'True' || isStale(condition.observedGeneration, route.metadata.generation)) {
      return notYet(
        'HttpRouteNotReady',
        `HTTPRoute ${name} is not ${type === 'Accepted' ? 'accepted' : 'resolved'}`,
        condition,
      );
    }
  }
  return undefined;
}

function isParent({ parentRef }: RouteParentStatus, parent: ParentReference, route: HttpRoute): boolean {
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
