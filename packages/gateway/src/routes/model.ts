import type { Gateway, GatewayClass, HttpRoute, Namespace, ReferenceGrant, Service } from '@serval/kube/objects';

/** What the API says at one moment, as far as routes depend on it. */
export interface GatewayModel {
  /** Only Gateways of classes with this controller name are served. */
  controllerName: string;
  /** The port that the data plane has bound; listeners with another one are not served. */
  port: number;
  classes: readonly GatewayClass[];
  gateways: readonly Gateway[];
  routes: readonly HttpRoute[];
  services: readonly Service[];
  grants: readonly ReferenceGrant[];
  namespaces: readonly Namespace[];
}

/** A condition without the times and generations that only its writer knows. */
export interface Verdict {
  ok: boolean;
  reason: string;
  message: string;
}

export const gatewayGroup = 'gateway.networking.k8s.io';
