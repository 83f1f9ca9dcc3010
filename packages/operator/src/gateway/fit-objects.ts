import type { HttpRoute, KubeObject, Service } from '@serval/kube/objects';
import { pruneUnknown } from '@serval/kube/schema';
import type { GatewayCapabilities } from './capabilities.ts';
import { fitTimeouts, readTimeoutsOf } from './fit-timeouts.ts';
import { nameOfApi } from './installed-api.ts';

/** What a service asks for and its gateway cannot do. */
export interface Loss {
  /** `HTTPRoute iris: timeouts.request 60s`. */
  readonly what: string;
  readonly why: string;
}

export interface Fitted {
  readonly objects: readonly KubeObject[];
  readonly losses: readonly Loss[];
}

/**
 * The objects of a service as this gateway and these definitions take them. A rule that rewrites paths is left out where paths cannot be
 * rewritten, since the model would be asked for a path that it does not have. Last, whatever the definitions do not know is taken out,
 * so that strict field validation finds nothing.
 */
export function fitObjects(objects: readonly KubeObject[], capabilities: GatewayCapabilities): Fitted {
  const losses: Loss[] = [];
  const routes = objects.filter(isRoute);
  const readTimeouts = readTimeoutsOf(routes, capabilities);
  const fitted = objects.map((object) => {
    if (isRoute(object)) return fitRoute(object, capabilities, losses);
    const readTimeoutMs = object.kind === 'Service' ? readTimeouts.get(object.metadata.name ?? '') : undefined;
    if (readTimeoutMs !== undefined) return annotated(object as Service, capabilities, readTimeoutMs);
    return object.kind === 'GRPCRoute' ? known(object, capabilities, losses) : object;
  });
  return { objects: fitted, losses: capabilities.known ? losses : [] };
}

function isRoute(object: KubeObject): object is HttpRoute {
  return object.kind === 'HTTPRoute';
}

function fitRoute(route: HttpRoute, capabilities: GatewayCapabilities, losses: Loss[]): HttpRoute {
  const name = `HTTPRoute ${route.metadata.name}`;
  const rewrite = capabilities.features.HTTPRoutePathRewrite;
  const rules = (route.spec.rules ?? []).filter((rule) => {
    if (rewrite.supported || !rule.filters?.some(({ urlRewrite }) => urlRewrite)) return true;
    const paths = (rule.matches ?? []).map(({ path }) => path?.value).join(', ');
    losses.push({ what: `${name}: path ${paths}`, why: rewrite.why });
    return false;
  });
  const timed = fitTimeouts({ ...route, spec: { ...route.spec, rules } }, capabilities, losses);
  return known(timed, capabilities, losses);
}

/** Without the fields that the definitions do not have. */
function known<T extends KubeObject>(object: T, { api }: GatewayCapabilities, losses: Loss[]): T {
  const schema = api.schemas.get(object.kind);
  if (!schema) return object;
  const { object: pruned, unknownPaths } = pruneUnknown(schema, object);
  const why = `${nameOfApi(api)} has no such field`;
  losses.push(...unknownPaths.map((path) => ({ what: `${object.kind} ${object.metadata.name}: ${path}`, why })));
  return pruned;
}

function annotated(service: Service, { implementation }: GatewayCapabilities, readTimeoutMs: number): Service {
  const key = implementation?.readTimeoutAnnotation;
  // What a person wrote is meant.
  if (!key || service.metadata.annotations?.[key] !== undefined) return service;
  const annotations = { ...service.metadata.annotations, [key]: String(readTimeoutMs) };
  return { ...service, metadata: { ...service.metadata, annotations } };
}
