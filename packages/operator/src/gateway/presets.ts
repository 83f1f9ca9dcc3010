import type { Gateway, GatewayClass } from '@serval/kube/objects';
import { defaultGatewayName } from '../config/serving-config.ts';
import { partOfLabels } from '../declarations/installed-names.ts';
import { implementations, kongUnmanagedAnnotation } from './implementations.ts';

/** How to make a Gateway that an implementation accepts. */
export interface GatewayPreset {
  /** As in the table of implementations. */
  readonly id: string;
  readonly className: string;
  /** Whether the implementation's own installation makes the class; otherwise Serval's does. */
  readonly bringsClass: boolean;
  readonly classAnnotations?: Readonly<Record<string, string>>;
  /** Of the plain HTTP listener. Default 80. */
  readonly port?: number;
  /** What must be there beside it, in whole sentences. */
  readonly beside: readonly string[];
}

export const gatewayPresets: readonly GatewayPreset[] = [
  {
    id: 'kong',
    className: 'kong',
    bringsClass: false,
    // Without it the class is accepted and its Gateways are ignored. The value is a convention.
    classAnnotations: { [kongUnmanagedAnnotation]: 'true' },
    beside: [
      'Kong Ingress Controller with its proxy, which is not made for the Gateway but mirrored by it: chart kong/ingress. Install it after the Gateway API, which it looks for when it starts.',
      'Its proxy Service must have an address and expose port 80.',
    ],
  },
  {
    id: 'envoy',
    className: 'envoy',
    bringsClass: false,
    beside: ['Envoy Gateway: chart gateway-helm, version 1.0 or newer.'],
  },
  {
    id: 'istio',
    className: 'istio',
    bringsClass: true,
    beside: [
      'Istio: charts istio/base and istio/istiod. Its proxies are made for the Gateway; no sidecars are needed.',
    ],
  },
  {
    id: 'nginx',
    className: 'nginx',
    bringsClass: true,
    beside: ['NGINX Gateway Fabric: chart nginx-gateway-fabric. It has no timeouts for routes.'],
  },
  {
    id: 'cilium',
    className: 'cilium',
    bringsClass: true,
    beside: [
      'Cilium with gatewayAPI.enabled=true and kubeProxyReplacement=true, installed or restarted after the Gateway API.',
    ],
  },
  {
    id: 'traefik',
    className: 'traefik',
    bringsClass: true,
    // Of the entry point, not of the Service in front of it.
    port: 8000,
    beside: [
      'Traefik with providers.kubernetesGateway.enabled=true: chart traefik/traefik. It has no timeouts for routes.',
      'Its entry point web listens on 8000, as the Gateway must. URLs of services name that port: set ports.web.exposedPort=8000, or leave it out of them.',
    ],
  },
  {
    id: 'kgateway',
    className: 'kgateway',
    bringsClass: true,
    beside: ['kgateway: charts kgateway-crds and kgateway, version 2.0 or newer.'],
  },
  {
    id: 'gke',
    className: 'gke-l7-global-external-managed',
    bringsClass: true,
    beside: [
      'A GKE cluster with the Gateway API turned on: gcloud container clusters update NAME --gateway-api=standard. It has neither timeouts for routes nor rewrites.',
    ],
  },
];

export function gatewayPresetOf(id: string): GatewayPreset | undefined {
  return gatewayPresets.find((preset) => preset.id === id);
}

/** One for each implementation, so that routes can move from one to another while both are there. */
export function presetGatewayName({ id }: GatewayPreset): string {
  return `${defaultGatewayName}-${id}`;
}

export function presetControllerName({ id }: GatewayPreset): string {
  return implementations.find((known) => known.id === id)?.controllerName ?? '';
}

/**
 * The class, where the implementation does not bring it, and the Gateway: one plain HTTP listener for routes of every namespace, and nothing
 * that only some releases of the definitions know (`infrastructure`).
 */
export function presetObjects(preset: GatewayPreset, namespace: string): (GatewayClass | Gateway)[] {
  const { className, bringsClass, classAnnotations, port = 80 } = preset;
  const apiVersion = 'gateway.networking.k8s.io/v1';
  const gatewayClass: GatewayClass = {
    apiVersion,
    kind: 'GatewayClass',
    metadata: {
      name: className,
      labels: { ...partOfLabels },
      ...(classAnnotations ? { annotations: { ...classAnnotations } } : {}),
    },
    spec: { controllerName: presetControllerName(preset) },
  };
  const gateway: Gateway = {
    apiVersion,
    kind: 'Gateway',
    metadata: { namespace, name: presetGatewayName(preset), labels: { ...partOfLabels } },
    spec: {
      gatewayClassName: className,
      listeners: [{ name: 'http', port, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  };
  return bringsClass ? [gateway] : [gatewayClass, gateway];
}
