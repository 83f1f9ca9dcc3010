import type { GrpcRoute, HttpRoute, HttpRouteRule, KubeObject, Service, ServicePort } from '@serval/kube/objects';
import type { GatewayCapabilities } from './capabilities.ts';
import type { Loss } from './fit-objects.ts';

/** The service of the Open Inference Protocol's gRPC. */
const grpcService = 'inference.GRPCInferenceService';

/**
 * The route with what carries gRPC. Beside REST: a rule before the others, to the port of gRPC, by the protocol's own path or the content type
 * (KServe's, without its regular expressions). Alone: the route as it is where HTTP/2 without TLS reaches backends, a GRPCRoute
 * otherwise. Both kinds on one host are not allowed (Gateway API, GRPCRoute), so REST goes first.
 */
export function withGrpc(
  route: HttpRoute,
  objects: readonly KubeObject[],
  { features }: GatewayCapabilities,
  losses: Loss[],
): HttpRoute | GrpcRoute {
  const rules = route.spec.rules ?? [];
  const general = rules.find(isGeneral);
  const ports = general && portsOf(general, objects);
  if (!general || !ports?.grpc) return route;
  const h2c = features.HTTPRouteBackendProtocolH2C;
  const lose = (why: string) =>
    losses.push({ what: `HTTPRoute ${route.metadata.name}: gRPC on port ${ports.grpc?.port}`, why });
  if (ports.rest === undefined) {
    if (h2c.supported) return route;
    if (features.GRPCRoute.supported) return grpcRouteOf(route, losses);
    lose(h2c.why);
    return route;
  }
  const rest = toPort(general, ports.rest.port);
  if (!h2c.supported) lose(h2c.why);
  const added = h2c.supported ? [grpcRule(general, ports.grpc.port), rest] : [rest];
  return { ...route, spec: { ...route.spec, rules: rules.flatMap((rule) => (rule === general ? added : [rule])) } };
}

function isGeneral({ matches = [] }: HttpRouteRule): boolean {
  return matches.some(({ path }) => path?.type === 'PathPrefix' && path.value === '/');
}

/** Of the first backend, as all backends of a rule serve the same. */
function portsOf({ backendRefs = [] }: HttpRouteRule, objects: readonly KubeObject[]) {
  const name = backendRefs[0]?.name;
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name) as
    | Service
    | undefined;
  const ports = service?.spec.ports ?? [];
  return { rest: ports.find((port) => !isGrpc(port)), grpc: ports.find(isGrpc) };
}

/** By name or application protocol (KServe). */
function isGrpc({ name = '', appProtocol }: ServicePort): boolean {
  return appProtocol === 'kubernetes.io/h2c' || /grpc|h2c/i.test(name);
}

function toPort(rule: HttpRouteRule, port: number): HttpRouteRule {
  return { ...rule, ...(rule.backendRefs ? { backendRefs: rule.backendRefs.map((ref) => ({ ...ref, port })) } : {}) };
}

function grpcRule(general: HttpRouteRule, port: number): HttpRouteRule {
  return {
    ...toPort(general, port),
    matches: [
      { path: { type: 'PathPrefix', value: `/${grpcService}` } },
      {
        path: { type: 'PathPrefix', value: '/' },
        headers: [{ type: 'Exact', name: 'content-type', value: 'application/grpc' }],
      },
    ],
  };
}

function grpcRouteOf(route: HttpRoute, losses: Loss[]): GrpcRoute {
  const rules = (route.spec.rules ?? []).filter(isGeneral);
  for (const { timeouts } of rules) {
    if (timeouts?.request) {
      const what = `GRPCRoute ${route.metadata.name}: timeouts.request ${timeouts.request}`;
      losses.push({ what, why: 'GRPCRoute has no timeouts' });
    }
  }
  return {
    ...route,
    kind: 'GRPCRoute',
    spec: {
      ...route.spec,
      rules: rules.map(({ backendRefs, filters }) => ({
        ...(filters ? { filters: filters as NonNullable<GrpcRoute['spec']['rules']>[number]['filters'] & object } : {}),
        ...(backendRefs ? { backendRefs } : {}),
      })),
    },
  } as GrpcRoute;
}
