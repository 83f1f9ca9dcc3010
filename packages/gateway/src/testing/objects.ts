import type {
  EndpointSlice,
  Gateway,
  GatewayClass,
  HttpRoute,
  HttpRouteRule,
  Listener,
  Service,
} from '@serval/kube/objects';
import type { GatewayModel } from '../routes/model.ts';

export const controllerName = 'platform.serval.dev/gateway';

export const gatewayClass: GatewayClass = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'serval', generation: 1 },
  spec: { controllerName },
};

export function gateway(listeners: Partial<Listener>[] = [{}], name = 'gw', namespace = 'infra'): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace, generation: 1 },
    spec: {
      gatewayClassName: 'serval',
      listeners: listeners.map((listener, index) => ({
        name: `l${index}`,
        port: 80,
        protocol: 'HTTP',
        allowedRoutes: { namespaces: { from: 'All' } },
        ...listener,
      })),
    },
  };
}

export function route(
  name: string,
  rules: HttpRouteRule[],
  { hostnames, ...spec }: Partial<HttpRoute['spec']> & { creationTimestamp?: string } = {},
): HttpRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name,
      namespace: 'default',
      generation: 1,
      creationTimestamp: spec.creationTimestamp ?? '2026-01-01T00:00:00Z',
    },
    spec: {
      parentRefs: spec.parentRefs ?? [{ name: 'gw', namespace: 'infra' }],
      ...(hostnames ? { hostnames } : {}),
      rules,
    },
  };
}

export function service(name: string, port = 80, namespace = 'default'): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'http', port, targetPort: 8080 }] },
  };
}

/** @param addresses `ip:port`; those of one port share a slice. */
export function slices(serviceName: string, addresses: readonly string[], namespace = 'default'): EndpointSlice[] {
  return addresses.map((address, index) => {
    const [ip = '', port] = address.split(':');
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${serviceName}-${index}`, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports: [{ name: 'http', port: Number(port) }],
    };
  });
}

export function model(parts: Partial<GatewayModel>): GatewayModel {
  return {
    controllerName,
    port: 80,
    classes: [gatewayClass],
    gateways: [gateway()],
    routes: [],
    services: [],
    grants: [],
    namespaces: [],
    ...parts,
  };
}
