import type { Child } from '@serval/kube/client';
import type { GrpcRoute, HttpRoute, KubeObject, ParentReference } from '@serval/kube/objects';
import { ingressState, isWayIn, type ObservedIngress, wayInOf } from './status/ingress-state.ts';

type Route = HttpRoute | GrpcRoute;

export interface MovingDeps {
  readonly observed: ObservedIngress;
  /** The Gateway that routes are to be at. */
  readonly parent: ParentReference;
  /** Whether the Gateway of a parent reference is still there. */
  readonly exists: (parent: ParentReference, namespace: string) => boolean;
}

/**
 * A rendered object that lets nothing of its traffic go: a route stays at the Gateway where it was until the new one is programmed and has
 * taken it up. One that is gone is not waited for.
 */
export function keepingFormerParents(desired: KubeObject, { observed, parent, exists }: MovingDeps): KubeObject {
  if (desired.kind !== 'HTTPRoute' && desired.kind !== 'GRPCRoute') return desired;
  const { name = '', namespace = '' } = desired.metadata;
  const live: Route | undefined = (desired.kind === 'HTTPRoute' ? observed.routes : observed.grpcRoutes).get(name);
  const former = (live?.spec.parentRefs ?? []).filter((ref) => !isSame(ref, parent, namespace));
  const kept = former.filter((ref) => exists(ref, namespace));
  if (kept.length === 0 || ingressState(observed, parent, [wayInOf(desired)]).status === 'True') return desired;
  const { spec } = desired as Route;
  return { ...desired, spec: { ...spec, parentRefs: [...(spec.parentRefs ?? []), ...kept] } } as KubeObject;
}

function isSame(ref: ParentReference, parent: ParentReference, namespace: string): boolean {
  return (
    ref.name === parent.name &&
    (ref.namespace ?? namespace) === parent.namespace &&
    ref.sectionName === parent.sectionName
  );
}

/**
 * Which children that are no longer rendered may go: of what leads requests to the service, a kind that another kind replaces stays until
 * the other has taken over (HTTPRoutes by an Ingress, and back).
 */
export function prunesWaysIn(
  desired: readonly KubeObject[],
  { observed, parent }: Pick<MovingDeps, 'observed' | 'parent'>,
): (child: Child) => boolean {
  const ways = desired.filter(isWayIn).map(wayInOf);
  const kinds = new Set(ways.map(({ kind }) => kind));
  const hasMoved = ways.length === 0 || ingressState(observed, parent, ways).status === 'True';
  return ({ object }) => hasMoved || !isWayIn(object) || kinds.has(object.kind);
}
