import type { Deployment, GrpcRoute, HttpRoute, Ingress, KubeObject, ScaledObject } from '@serval/kube/objects';
import type { Observed } from './observe.ts';

/**
 * What was observed, with the children as the server answered them when they were applied. The caches hear of them a moment later; a status
 * made of the caches alone would call what was just made missing, and be written again right away.
 */
export function withApplied(observed: Observed, applied: readonly KubeObject[]): Observed {
  if (applied.length === 0) return observed;
  const { workloads, ingress, scaledObjects } = observed;
  const deployments = ofKind<Deployment>(applied, 'Deployment');
  return {
    ...observed,
    workloads: new Map([
      ...workloads,
      ...[...deployments].map(([name, deployment]) => {
        const { replicaSets, pods } = workloads.get(name) ?? { replicaSets: [], pods: [] };
        return [name, { deployment, replicaSets, pods }] as const;
      }),
    ]),
    scaledObjects: new Map([...scaledObjects, ...ofKind<ScaledObject>(applied, 'ScaledObject')]),
    ingress: {
      ...ingress,
      routes: new Map([...ingress.routes, ...ofKind<HttpRoute>(applied, 'HTTPRoute')]),
      grpcRoutes: new Map([...ingress.grpcRoutes, ...ofKind<GrpcRoute>(applied, 'GRPCRoute')]),
      ingresses: new Map([...ingress.ingresses, ...ofKind<Ingress>(applied, 'Ingress')]),
    },
  };
}

function ofKind<T extends KubeObject>(objects: readonly KubeObject[], kind: string): Map<string, T> {
  return new Map(
    objects.filter((object) => object.kind === kind).map((object) => [object.metadata.name ?? '', object as T]),
  );
}
