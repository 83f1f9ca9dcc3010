import type { GatewayFeature } from './features.ts';

/** What is known of an implementation whose GatewayClass says nothing itself. */
export interface Implementation {
  /** As `serval install --gateway` names it. */
  readonly id: string;
  readonly product: string;
  readonly controllerName: string;
  /** The release from which on a feature is claimed; `''` for every release. */
  readonly features: Readonly<Partial<Record<GatewayFeature, string>>>;
  /** Where that is written: conformance reports are those of kubernetes-sigs/gateway-api, `conformance/reports`. */
  readonly source: string;
  /** All rules of a route must have the same backend timeout, or its webhook refuses the route. */
  readonly oneBackendTimeoutPerRoute?: true;
  /** An annotation of Services, in milliseconds, where the route cannot say it. */
  readonly readTimeoutAnnotation?: string;
  /** Routes always get the condition `Programmed`, once the data plane has them. */
  readonly programsRoutes?: true;
}

/**
 * By controller name. A GatewayClass that publishes its features is believed before this table, and a field that the installed definitions
 * lack is never written, whatever stands here.
 */
export const implementations: readonly Implementation[] = [
  {
    id: 'kong',
    product: 'Kong Ingress Controller',
    controllerName: 'konghq.com/kic-gateway-controller',
    // HTTPRouteRequestTimeout is ignored: Kong has no limit for a request as a whole.
    features: { HTTPRoutePathRewrite: '', HTTPRouteBackendTimeout: '3.2', GRPCRoute: '' },
    source:
      'report of 3.4.0; Kong/kubernetes-ingress-controller #5243 (backendRequest), #5478 (the same in every rule)',
    oneBackendTimeoutPerRoute: true,
    readTimeoutAnnotation: 'konghq.com/read-timeout',
    programsRoutes: true,
  },
  {
    id: 'kong-operator',
    product: 'Kong Operator',
    controllerName: 'konghq.com/gateway-operator',
    features: {
      HTTPRoutePathRewrite: '',
      HTTPRouteBackendTimeout: '2.3',
      GRPCRoute: '2.1',
      GatewayInfrastructurePropagation: '2.2',
    },
    source: 'reports of 1.4.0, 2.1.2, 2.2.0, 2.3.0-rc.3',
    oneBackendTimeoutPerRoute: true,
    readTimeoutAnnotation: 'konghq.com/read-timeout',
  },
  {
    id: 'envoy',
    product: 'Envoy Gateway',
    controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    features: {
      HTTPRoutePathRewrite: '',
      HTTPRouteRequestTimeout: '0.6',
      HTTPRouteBackendTimeout: '0.6',
      HTTPRouteBackendProtocolH2C: '1.2',
      GRPCRoute: '',
      GatewayInfrastructurePropagation: '1.2',
    },
    source: 'reports of 0.6.0, 1.2.0, 1.9.0',
  },
  {
    id: 'istio',
    product: 'Istio',
    controllerName: 'istio.io/gateway-controller',
    features: {
      HTTPRoutePathRewrite: '',
      HTTPRouteRequestTimeout: '1.20',
      HTTPRouteBackendTimeout: '1.20',
      HTTPRouteBackendProtocolH2C: '1.24',
      GRPCRoute: '1.22',
      GatewayInfrastructurePropagation: '1.24',
    },
    source: 'reports of 1.20, 1.22, 1.24, 1.30.0',
  },
  {
    id: 'nginx',
    product: 'NGINX Gateway Fabric',
    controllerName: 'gateway.nginx.org/nginx-gateway-controller',
    features: {
      HTTPRoutePathRewrite: '',
      HTTPRouteBackendProtocolH2C: '2.7',
      GRPCRoute: '1.3',
      GatewayInfrastructurePropagation: '2.0',
    },
    source: 'reports of 1.3.0, 2.0.2, 2.6.0, 2.7.0; none claims timeouts',
  },
  {
    id: 'cilium',
    product: 'Cilium',
    controllerName: 'io.cilium/gateway-controller',
    features: {
      HTTPRoutePathRewrite: '1.15',
      HTTPRouteRequestTimeout: '1.15',
      HTTPRouteBackendTimeout: '1.15',
      HTTPRouteBackendProtocolH2C: '1.16',
      GRPCRoute: '1.16',
      GatewayInfrastructurePropagation: '1.17',
    },
    source: 'reports of 1.14.0, 1.15.0-pre.3, 1.16, 1.17, 1.20.0',
  },
  {
    id: 'traefik',
    product: 'Traefik',
    controllerName: 'traefik.io/gateway-controller',
    // Timeouts are taken and ignored (traefik/traefik #11902).
    features: { HTTPRoutePathRewrite: '3.1', HTTPRouteBackendProtocolH2C: '3.2', GRPCRoute: '3.2' },
    source: 'reports of 3.1.0, 3.2.0, 3.7.10; traefik/traefik #11902',
  },
  {
    id: 'kgateway',
    product: 'kgateway',
    controllerName: 'kgateway.dev/kgateway',
    features: {
      HTTPRoutePathRewrite: '',
      HTTPRouteRequestTimeout: '2.1',
      HTTPRouteBackendTimeout: '2.1',
      HTTPRouteBackendProtocolH2C: '2.0',
      GRPCRoute: '2.1',
      GatewayInfrastructurePropagation: '2.2',
    },
    source: 'reports of 2.0.0, 2.1.0, 2.2.1, 2.4.0-rc.1',
  },
  {
    id: 'gke',
    product: 'GKE Gateway',
    controllerName: 'networking.gke.io/gateway',
    features: {},
    source: 'reports of 1.30.3 to v1.6.0: neither rewrites nor timeouts; kserve/kserve #5311, #5319',
  },
  {
    id: 'serval',
    product: 'the gateway of serval up',
    controllerName: 'platform.serval.dev/gateway',
    features: { HTTPRoutePathRewrite: '', HTTPRouteRequestTimeout: '', HTTPRouteBackendTimeout: '' },
    source: 'docs/gateway.md',
  },
];

/** On a GatewayClass: Kong Ingress Controller reconciles Gateways of no other. The value is a convention (its documentation, unmanaged gateways). */
export const kongUnmanagedAnnotation = 'konghq.com/gatewayclass-unmanaged';
/** On an unmanaged Gateway: `namespace/name` of the proxy Service whose address it mirrors; several are parted by commas. */
export const kongPublishServiceAnnotation = 'konghq.com/publish-service';

export function isKongIngressController(controllerName: string | undefined): boolean {
  return implementationOf(controllerName)?.id === 'kong';
}

/** A word in a class's name by which people would take it for this product: `kong` of `kong-operator`. */
export function wordOf({ id }: Implementation): string {
  return id.split('-')[0] ?? id;
}

export function implementationOf(controllerName: string | undefined): Implementation | undefined {
  return implementations.find((known) => known.controllerName === controllerName);
}
