import {
  cilium,
  envoy,
  type Fault,
  first,
  gatewayDown,
  grpcRoutes,
  named,
  running,
  setting,
  toController,
  traefik,
} from './plan.ts';

export const versionFaults: readonly Fault[] = [
  {
    name: 'the API server is too old',
    plant: (p) => {
      p.kubernetes.items = ['v1.24.17'];
    },
    ids: ['kubernetes-old'],
  },
  {
    name: 'a definition of Serval is of an older release',
    plant: (p) => {
      const found = named(p.definitions.items, 'inferenceservices.serving.kserve.io');
      // biome-ignore lint/suspicious/noExplicitAny: a schema
      for (const { schema } of found.spec.versions as any[]) {
        delete schema.openAPIV3Schema.properties.spec.properties.canary;
      }
    },
    ids: ['serving-api-other'],
  },
  {
    name: 'KServe acts on the same objects',
    plant: (p) => {
      const metadata = { name: 'inferenceservice.serving.kserve.io' };
      p.kserveWebhooks.items.push({ kind: 'MutatingWebhookConfiguration', metadata, webhooks: [] });
    },
    ids: ['kserve-beside'],
  },
  {
    name: 'Envoy Gateway without GRPCRoute v1 ends when it starts',
    plant: (p) => {
      toController(p, envoy, 'envoy');
      running(p, 'docker.io/envoyproxy/gateway:v1.2.0', 'v1.2.0');
      gatewayDown(p);
    },
    ids: ['gateway-release-unfit'],
  },
  {
    name: 'Cilium of before GRPCRoute v1 beside definitions that no longer have v1alpha2',
    plant: (p) => {
      toController(p, cilium, 'cilium');
      running(p, 'quay.io/cilium/operator-generic:v1.15.4@sha256:0', 'v1.2.0');
      grpcRoutes(p, 'v1');
      gatewayDown(p);
    },
    ids: ['gateway-release-unfit'],
  },
  {
    name: 'Traefik beside a Gateway API that it no longer supports',
    plant: (p) => {
      toController(p, traefik, 'traefik');
      running(p, 'traefik:v3.7.1', 'v1.4.0');
      setting(p, 'ingress', { disableHTTPRouteTimeout: true });
      gatewayDown(p);
    },
    ids: ['gateway-release-unfit'],
  },
  {
    name: 'a release that nobody has shown with such old definitions',
    plant: (p) => {
      toController(p, envoy, 'envoy');
      running(p, 'envoyproxy/gateway:v1.6.1', 'v1.3.0');
      grpcRoutes(p, 'v1');
    },
    ids: ['gateway-release-unproven'],
  },
  {
    name: 'a release whose documentation names newer Kubernetes',
    plant: (p) => {
      toController(p, envoy, 'envoy');
      running(p, 'envoyproxy/gateway:v1.7.0', 'v1.4.1');
      grpcRoutes(p, 'v1');
      p.kubernetes.items = ['v1.31.2'];
    },
    ids: ['gateway-release-unproven'],
  },
  {
    name: 'the controller says that it does not support the definitions',
    plant: (p) => {
      const { status } = first(p.gatewayClasses.items);
      status?.conditions?.push({
        type: 'SupportedVersion',
        status: 'False',
        reason: 'UnsupportedVersion',
        message: '',
      });
    },
    ids: ['gateway-api-unsupported'],
  },
];
