import type { Gateway, GatewayClass } from '@serval/kube/objects';

export const gatewayControllerName = 'platform.serval.dev/gateway';
export const gatewayClassName = 'serval';

/** Definitions that say which fields routes may have. */
export const gatewayDefinitionNames = {
  httpRoute: 'httproutes.gateway.networking.k8s.io',
  grpcRoute: 'grpcroutes.gateway.networking.k8s.io',
} as const;

export function servalGatewayClass(): GatewayClass {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: gatewayClassName },
    spec: { controllerName: gatewayControllerName, description: 'The gateway that serval up brings along' },
  };
}

/** One HTTP listener on the port that is really bound, for routes of every namespace. */
export function servalGateway(namespace: string, name: string, port: number): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace, name },
    spec: {
      gatewayClassName,
      listeners: [{ name: 'http', port, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  };
}
