import type { Deployment, GrpcRoute, HttpRoute } from '@serval/kube/objects';
import { findCondition } from '@serval/kube/objects';

/** What rendering looks at of the children that are there: who serves now, and who gets which share. */
export interface ObservedChildren {
  /** By name; what is being deleted is not among them. */
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly routes: ReadonlyMap<string, HttpRoute | GrpcRoute>;
  /** Whether KEDA's definitions are installed. */
  readonly hasKeda: boolean;
  /** Whether Knative Serving's are. */
  readonly hasKnative: boolean;
}

/** Of a service that is new, or rendered without a cluster, where everything is taken to be installed. */
export const noChildren: ObservedChildren = {
  deployments: new Map(),
  routes: new Map(),
  hasKeda: true,
  hasKnative: true,
};

/** Every Pod that should be there is of the present template and available, and nothing else is. */
export function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.availableReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) <= (status?.updatedReplicas ?? 0)
  );
}

/**
 * Whether no gateway routes by an older specification of a route. Who has never taken it up routes nothing; a gateway that tells
 * no generation is believed.
 */
export function isTakenUp({ metadata, status }: HttpRoute | GrpcRoute): boolean {
  return (status?.parents ?? []).every(({ conditions }) => {
    const observed = findCondition(conditions, 'Accepted')?.observedGeneration;
    return observed === undefined || observed >= (metadata.generation ?? 1);
  });
}

/** Percent of a route's requests that a Service gets by its last rule, which takes what no other does. */
export function shareOf(route: HttpRoute | GrpcRoute | undefined, service: string): number {
  const backends = route?.spec.rules?.at(-1)?.backendRefs ?? [];
  const total = backends.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const own =
    backends.find(({ name }) => name === service)?.weight ?? (backends.some(({ name }) => name === service) ? 1 : 0);
  return total === 0 ? 0 : Math.round((100 * own) / total);
}
