import type { AnyObject } from '@serval/kube/objects';
import { defaultGatewayName, gatewayClassName, partOfLabels } from '@serval/operator/declarations';

/**
 * The Gateway that routes of services attach to: plain HTTP on port 80, for routes of every namespace. The class is the cluster's affair
 * and has no name that fits everywhere.
 */
export function gatewayObject(namespace: string, className: string = gatewayClassName): AnyObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace, name: defaultGatewayName, labels: { ...partOfLabels } },
    spec: {
      gatewayClassName: className,
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  };
}
