import type { HttpRoute, KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { GatewayCapabilities } from './capabilities.ts';
import { type Fitted, fitObjects, type Loss } from './fit-objects.ts';
import { withGrpc } from './grpc-rules.ts';
import { ingressOf } from './ingress.ts';
import { renderPathRoute } from './path-route.ts';

export interface AdaptInput {
  /** All children of one service, with HTTPRoutes as if a gateway could do everything of Core. */
  readonly objects: readonly KubeObject[];
  readonly service: string;
  readonly config: ServingConfig;
  readonly capabilities: GatewayCapabilities;
}

/**
 * The children of a service with its routes as this cluster takes them: HTTPRoutes (for a template also one by path), a GRPCRoute
 * where only that carries gRPC, or one Ingress where the configuration turns the Gateway API off. Pure.
 *
 * @throws TemplateError for a path template that gives no path.
 */
export function adaptRoutes({ objects, service, config, capabilities }: AdaptInput): Fitted {
  const routes = objects.filter((object): object is HttpRoute => object.kind === 'HTTPRoute');
  if (routes.length === 0) return { objects, losses: [] };
  const losses: Loss[] = [];
  if (!config.ingress.enableGatewayApi) {
    const rest = objects.filter((object) => !routes.includes(object as HttpRoute));
    return { objects: [...rest, ingressOf(routes, service, config, losses)], losses };
  }
  // Told as `GatewayApiNotInstalled`, which is more than a field that is lost.
  if (!capabilities.api.schemas.has('HTTPRoute')) {
    return { objects: objects.filter((object) => !routes.includes(object as HttpRoute)), losses: [] };
  }
  const main = routes.find(({ metadata }) => metadata.name === service);
  const byPath = main && config.ingress.pathTemplate ? [renderPathRoute(main, config)] : [];
  const carried = objects.map((object) =>
    object.kind === 'HTTPRoute' ? withGrpc(object as HttpRoute, objects, capabilities, losses) : object,
  );
  const fitted = fitObjects([...carried, ...byPath], capabilities);
  const nonEmpty = fitted.objects.filter((object) => !byPath.length || !isEmptyRoute(object));
  return { objects: nonEmpty, losses: capabilities.known ? [...losses, ...fitted.losses] : [] };
}

function isEmptyRoute(object: KubeObject): boolean {
  return object.kind === 'HTTPRoute' && (object as HttpRoute).spec.rules?.length === 0;
}
