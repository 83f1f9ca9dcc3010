/** What the checks must know of an implementation of the Gateway API. */
export interface Implementation {
  readonly product: string;
  readonly controllerName: string;
  /** A word in a class's name by which people would take it for this product. */
  readonly word: string;
  /** Whether it acts on `Gateway.spec.infrastructure` (conformance reports: GatewayInfrastructurePropagation). */
  readonly infrastructure: boolean;
}

export const kongControllerName = 'konghq.com/kic-gateway-controller';
/** On a GatewayClass: Kong Ingress Controller reconciles Gateways of no other (Kong documentation, unmanaged gateways). */
export const kongUnmanagedAnnotation = 'konghq.com/gatewayclass-unmanaged';
/** On an unmanaged Gateway: `namespace/name` of the proxy Service whose address it mirrors; several are parted by commas. */
export const kongPublishServiceAnnotation = 'konghq.com/publish-service';

/** Names that the implementations document for `GatewayClass.spec.controllerName`. */
export const implementations: readonly Implementation[] = [
  { product: 'Kong Ingress Controller', controllerName: kongControllerName, word: 'kong', infrastructure: false },
  { product: 'Kong Operator', controllerName: 'konghq.com/gateway-operator', word: 'kong', infrastructure: true },
  {
    product: 'Envoy Gateway',
    controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    word: 'envoy',
    infrastructure: true,
  },
  { product: 'Istio', controllerName: 'istio.io/gateway-controller', word: 'istio', infrastructure: true },
  {
    product: 'NGINX Gateway Fabric',
    controllerName: 'gateway.nginx.org/nginx-gateway-controller',
    word: 'nginx',
    infrastructure: true,
  },
  { product: 'Cilium', controllerName: 'io.cilium/gateway-controller', word: 'cilium', infrastructure: true },
  { product: 'Traefik', controllerName: 'traefik.io/gateway-controller', word: 'traefik', infrastructure: false },
  { product: 'kgateway', controllerName: 'kgateway.dev/kgateway', word: 'kgateway', infrastructure: true },
  { product: 'GKE', controllerName: 'networking.gke.io/gateway', word: 'gke', infrastructure: false },
  { product: 'Serval', controllerName: 'platform.serval.dev/gateway', word: 'serval', infrastructure: false },
];

export function implementationOf(controllerName: string): Implementation | undefined {
  return implementations.find((each) => each.controllerName === controllerName);
}
