import type { ClusterServingRuntime, CustomResourceDefinition, InferenceService } from '@serval/api';
import { createAuthority } from '@serval/kube/certificates';
import type {
  Condition,
  ConfigMap,
  Deployment,
  EndpointSlice,
  Gateway,
  GatewayClass,
  HttpRoute,
  Ingress,
  Listener,
  Pod,
  Service,
} from '@serval/kube/objects';
import type { FindingId, SeenProbe, SeenStorageSecret } from '@serval/operator/checks';

/** A snapshot that may be changed. */
interface Plan {
  takenAt: string;
  systemNamespace: string;
  scope: { namespace?: string; name?: string };
  definitions: { items: CustomResourceDefinition[] };
  config: { items: ConfigMap[] };
  gatewayClasses: { items: GatewayClass[] };
  gateways: { items: Gateway[] };
  routes: { items: HttpRoute[] };
  ingresses: { items: Ingress[] };
  kubeServices: { items: Service[] };
  endpointSlices: { items: EndpointSlice[] };
  services: { items: InferenceService[] };
  clusterRuntimes: { items: ClusterServingRuntime[] };
  deployments: { items: Deployment[] };
  pods: { items: Pod[] };
  webhookConfigurations: { items: { kind: string; metadata: object; webhooks: { clientConfig: object }[] }[] };
  webhookHealth: { items: object[] };
  kserveWebhooks: { items: object[] };
  gatewayControllers: { items: object[] };
  kubernetes: { items: string[] };
  storageSecrets: { items: SeenStorageSecret[] };
  probes: { items: SeenProbe[] };
}

export interface Fault {
  readonly name: string;
  readonly plant: (plan: Plan) => void | Promise<void>;
  /** Of the root causes that are to be told, in order. */
  readonly ids: readonly FindingId[];
}

const hourMs = 3_600_000;
const kong = 'konghq.com/kic-gateway-controller';
const first = <T>(list: readonly T[] | undefined): T => {
  assertThere(list?.[0]);
  return list![0] as T;
};
function assertThere(value: unknown): void {
  if (value === undefined) throw new Error('the healthy snapshot lacks what is to be changed');
}
const named = <T extends { metadata: { name?: string } }>(list: readonly T[], name: string): T => {
  const found = list.find(({ metadata }) => metadata.name === name);
  assertThere(found);
  return found as T;
};
const gateway = (plan: Plan) => first(plan.gateways.items);
const listener = (plan: Plan): Listener => first(gateway(plan).spec.listeners);
const listenerStatus = (plan: Plan) => first(gateway(plan).status?.listeners);
const definition = (plan: Plan, plural: string) => named(plan.definitions.items, `${plural}.gateway.networking.k8s.io`);
const irisRoute = (plan: Plan) => named(plan.routes.items, 'iris');
const iris = (plan: Plan) => named(plan.services.items, 'iris');
const backend = (plan: Plan) => named(plan.kubeServices.items, 'iris-predictor');
const deployment = (plan: Plan) => named(plan.deployments.items, 'iris-predictor');

function set(conditions: Condition[] | undefined, type: string, status: Condition['status'], more: object = {}): void {
  const found = conditions?.find((condition) => condition.type === type);
  assertThere(found);
  Object.assign(found as Condition, { status, reason: 'Planted', message: 'planted' }, more);
}
function setting(plan: Plan, section: string, change: object): void {
  const { data = {} } = first(plan.config.items);
  data[section] = JSON.stringify({ ...JSON.parse(data[section] ?? '{}'), ...change });
}
/** The Pod does not serve, and everything that follows from it. */
function sick(plan: Plan, container: object, status: object = {}): void {
  const pod = first(plan.pods.items);
  const { containerStatuses = [], conditions = [] } = pod.status ?? {};
  pod.status = {
    ...pod.status,
    ...status,
    conditions: [
      ...conditions.filter(({ type }) => type !== 'Ready'),
      { type: 'Ready', status: 'False' },
      ...((status as { conditions?: [] }).conditions ?? []),
    ],
    containerStatuses: containerStatuses.map((each) => ({ ...each, ready: false, ...container })),
  };
  withoutEndpoints(plan);
  notReady(plan);
  answered(plan, { status: 503 });
}
function withoutEndpoints(plan: Plan): void {
  for (const slice of plan.endpointSlices.items) {
    for (const endpoint of slice.endpoints) endpoint.conditions = { ready: false };
  }
}
function notReady(plan: Plan): void {
  set(iris(plan).status?.conditions, 'Ready', 'False');
}
function answered(plan: Plan, outcome: SeenProbe['outcome']): void {
  plan.probes.items = plan.probes.items.map((probe) => ({ ...probe, outcome }));
}
function parentConditions(plan: Plan, change: (conditions: Condition[]) => void): void {
  for (const route of plan.routes.items) for (const { conditions } of route.status?.parents ?? []) change(conditions);
}
/** Everything that a Gateway that nobody takes up brings with it. */
function gatewayDown(plan: Plan): void {
  const found = gateway(plan);
  found.status = {
    conditions: [
      { type: 'Accepted', status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' },
      { type: 'Programmed', status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' },
    ],
  };
  for (const route of plan.routes.items) delete route.status;
  plan.probes = { unread: 'the Gateway has no address' } as never;
  notReady(plan);
}
function toController(plan: Plan, controllerName: string, name: string): void {
  const found = first(plan.gatewayClasses.items);
  found.spec.controllerName = controllerName;
  found.metadata.name = name;
  gateway(plan).spec.gatewayClassName = name;
  for (const route of plan.routes.items) {
    for (const parent of route.status?.parents ?? []) parent.controllerName = controllerName;
  }
}
function toKong(plan: Plan, annotations: Record<string, string> = {}): void {
  toController(plan, kong, 'kong');
  first(plan.gatewayClasses.items).metadata.annotations = annotations;
  const programmed = { type: 'Programmed', status: 'True', reason: 'ConfiguredInGateway', message: '' } as const;
  parentConditions(plan, (conditions) => conditions.push(programmed));
}
function kongProxy(plan: Plan, port = listener(plan).port): Service {
  gateway(plan).metadata.annotations = { 'konghq.com/publish-service': 'kong/proxy' };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'kong', name: 'proxy' },
    spec: { type: 'LoadBalancer', ports: [{ port }], selector: { app: 'kong' } },
  };
  plan.kubeServices.items.push(service);
  plan.endpointSlices.items.push({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'kong', name: 'proxy-1', labels: { 'kubernetes.io/service-name': 'proxy' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
  });
  return service;
}
const unmanaged = { 'konghq.com/gatewayclass-unmanaged': 'true' };
const release = 'gateway.networking.k8s.io/bundle-version';
function bundle(plan: Plan, version: string): void {
  for (const { metadata } of plan.definitions.items) {
    if (metadata.name?.endsWith('gateway.networking.k8s.io'))
      metadata.annotations = { ...metadata.annotations, [release]: version };
  }
}
/** Takes `HTTPRoute.spec.rules[].timeouts` out of the schema, as releases before 1.2 have it. */
function withoutTimeouts(plan: Plan): void {
  // biome-ignore lint/suspicious/noExplicitAny: a schema
  const schema = definition(plan, 'httproutes').spec.versions.find(({ name }) => name === 'v1')?.schema as any;
  assertThere(schema.openAPIV3Schema.properties.spec.properties.rules.items.properties.timeouts);
  delete schema.openAPIV3Schema.properties.spec.properties.rules.items.properties.timeouts;
}
function rival(plan: Plan): HttpRoute {
  const other = structuredClone(irisRoute(plan));
  other.metadata = { ...other.metadata, name: 'rival', namespace: 'others', labels: {} };
  plan.routes.items.push(other);
  return other;
}
function withModel(plan: Plan, change: object): void {
  const { predictor } = iris(plan).spec;
  predictor.model = { ...predictor.model, ...change } as never;
}
/** Without a runtime nothing is made. */
function nothingMade(plan: Plan): void {
  plan.deployments.items = [];
  plan.pods.items = [];
  plan.routes.items = [];
  plan.kubeServices.items = [];
  plan.endpointSlices.items = [];
  notReady(plan);
  answered(plan, { status: 404 });
  // Nobody is attached any more.
  listenerStatus(plan).attachedRoutes = 0;
}

/** A controller of a release, and the definitions that are there beside it. */
function running(plan: Plan, image: string, bundleVersion: string): void {
  const controller = { name: 'controller', image };
  plan.gatewayControllers.items.push({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'gateways', name: 'controller' },
    spec: { selector: {}, template: { spec: { containers: [controller] } } },
  });
  bundle(plan, bundleVersion);
}
function grpcRoutes(plan: Plan, version: string): void {
  const found = structuredClone(definition(plan, 'httproutes'));
  found.metadata.name = 'grpcroutes.gateway.networking.k8s.io';
  found.spec.names = { ...found.spec.names, plural: 'grpcroutes', kind: 'GRPCRoute' };
  found.spec.versions = found.spec.versions.map((each) => ({ ...each, name: version }));
  plan.definitions.items.push(found);
}
const envoy = 'gateway.envoyproxy.io/gatewayclass-controller';
const cilium = 'io.cilium/gateway-controller';
const traefik = 'traefik.io/gateway-controller';

const versionFaults: readonly Fault[] = [
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

const definitionFaults: readonly Fault[] = [
  {
    name: 'a definition of Serval is missing',
    plant: (p) => {
      p.definitions.items = p.definitions.items.filter(({ metadata }) => !metadata.name?.startsWith('servingruntimes'));
    },
    ids: ['serving-api-missing'],
  },
  {
    name: 'the Gateway API is not installed',
    plant: (p) => {
      p.definitions.items = p.definitions.items.filter(({ spec }) => spec.group !== 'gateway.networking.k8s.io');
      for (const kind of ['gateways', 'gatewayClasses', 'routes', 'referenceGrants'] as const)
        (p as never as Record<string, unknown>)[kind] = { unread: 'the API server does not serve this kind' };
      p.probes = { unread: 'the Gateway has no address' } as never;
      notReady(p);
    },
    ids: ['gateway-api-missing'],
  },
  {
    name: 'HTTPRoute is served in v1beta1 only',
    plant: (p) => {
      for (const version of definition(p, 'httproutes').spec.versions)
        if (version.name === 'v1') version.name = 'v1beta1';
    },
    ids: ['gateway-api-unserved', 'field-unserved'],
  },
  {
    name: 'a definition is not established',
    plant: (p) => set(definition(p, 'gateways').status?.conditions, 'Established', 'False'),
    ids: ['gateway-api-unserved'],
  },
  {
    name: 'a field was applied that the definitions do not know',
    plant: (p) => {
      gateway(p).metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
          spec: { gatewayClassName: 'serval', unknownField: { labels: { 'a.b/c': 'd' } } },
        }),
      };
    },
    ids: ['field-dropped'],
  },
  {
    name: 'definitions of release 1.1, without timeouts',
    plant: (p) => {
      bundle(p, 'v1.1.0');
      withoutTimeouts(p);
    },
    ids: ['gateway-api-old'],
  },
  { name: 'definitions of release 1.0', plant: (p) => bundle(p, 'v1.0.0'), ids: ['gateway-api-old'] },
  {
    name: 'definitions of two releases',
    plant: (p) => {
      definition(p, 'gateways').metadata.annotations = { [release]: 'v1.9.0' };
    },
    ids: ['gateway-api-mixed'],
  },
  {
    name: 'definitions of two channels',
    plant: (p) => {
      Object.assign(definition(p, 'httproutes').metadata.annotations ?? {}, {
        'gateway.networking.k8s.io/channel': 'experimental',
      });
    },
    ids: ['gateway-api-mixed'],
  },
  { name: 'a definition without a field that is written', plant: withoutTimeouts, ids: ['field-unserved'] },
];

const platformFaults: readonly Fault[] = [
  {
    name: 'the configuration is gone',
    plant: (p) => {
      p.config.items = [];
    },
    ids: ['config-missing'],
  },
  {
    name: 'a section of the configuration is no JSON',
    plant: (p) => {
      first(p.config.items).data!['deploy'] = '{"defaultDeploymentMode": ';
    },
    ids: ['config-invalid'],
  },
  {
    name: 'a setting has the wrong type',
    plant: (p) => setting(p, 'ingress', { disableIngressCreation: 'no' }),
    ids: ['config-invalid'],
  },
  {
    name: 'a setting is misspelt',
    plant: (p) => setting(p, 'ingress', { ingresDomain: 'example.com' }),
    ids: ['config-unknown'],
  },
  {
    name: 'a section is unknown',
    plant: (p) => setting(p, 'gatewayApi', { enabled: true }),
    ids: ['config-unknown'],
  },
  {
    name: 'a setting of KServe is without effect here',
    plant: (p) => setting(p, 'router', { image: 'kserve/router:latest' }),
    ids: ['config-without-effect'],
  },
  {
    name: 'a template of hosts gives none',
    plant: (p) => setting(p, 'ingress', { domainTemplate: '{{ .Name }}_{{ .Namespace }}.example.com' }),
    ids: ['config-invalid'],
  },
  {
    name: 'a webhook configuration is gone',
    plant: (p) => {
      p.webhookConfigurations.items = p.webhookConfigurations.items.slice(1);
    },
    ids: ['webhook-missing'],
  },
  {
    name: 'the authority of a webhook has expired',
    plant: async (p) => {
      const expired = await createAuthority('expired', Date.parse(p.takenAt) - 2 * hourMs, hourMs);
      const caBundle = Buffer.from(expired.certificate).toString('base64');
      first(first(p.webhookConfigurations.items).webhooks).clientConfig = { url: 'https://there/', caBundle };
    },
    ids: ['webhook-authority-expired'],
  },
  {
    name: 'the authority of a webhook is no certificate',
    plant: (p) => {
      const caBundle = Buffer.from('none').toString('base64');
      first(first(p.webhookConfigurations.items).webhooks).clientConfig = { url: 'https://there/', caBundle };
    },
    ids: ['webhook-authority-expired'],
  },
  {
    name: 'a webhook does not answer',
    plant: (p) => {
      const failure = { reason: 'nobody answers at Service a/b:443', wayOut: 'kubectl get pods' };
      p.webhookHealth = { items: [{ name: 'ValidatingWebhookConfiguration/serval x', failure, since: p.takenAt }] };
    },
    ids: ['webhook-failing'],
  },
  {
    name: 'conversion does not answer',
    plant: (p) => {
      const failure = { reason: 'caBundle does not fit', wayOut: 'wait' };
      p.webhookHealth = { items: [{ name: 'CustomResourceDefinition/x conversion', failure, since: p.takenAt }] };
    },
    ids: ['webhook-failing'],
  },
  {
    name: 'the operator is down, and a service waits for it',
    plant: (p) => {
      const operator = structuredClone(deployment(p));
      operator.metadata = { namespace: p.systemNamespace, name: 'serval-operator' };
      operator.status = { availableReplicas: 0 };
      p.deployments.items.push(operator);
      iris(p).metadata.generation = 9;
    },
    ids: ['operator-unavailable'],
  },
  {
    name: 'a storage entry is broken',
    plant: (p) => {
      const problem = { code: 'NotJson', severity: 'error', key: 'minio', message: 'entry minio is no JSON' } as const;
      p.storageSecrets.items = [{ namespace: 'default', name: 'storage-config', entries: 2, problems: [problem] }];
    },
    ids: ['storage-config-broken'],
  },
  {
    name: 'a certificate of a storage entry ends soon',
    plant: (p) => {
      const problem = { code: 'ExpiresSoon', severity: 'warning', key: 'minio', message: 'ends in a week' } as const;
      p.storageSecrets.items = [{ namespace: 'default', name: 'storage-config', entries: 1, problems: [problem] }];
    },
    ids: ['storage-config-doubtful'],
  },
];

const gatewayFaults: readonly Fault[] = [
  {
    name: 'the configured Gateway does not exist',
    plant: (p) => {
      setting(p, 'ingress', { kserveIngressGateway: 'nowhere/front' });
      notReady(p);
    },
    ids: ['gateway-missing'],
  },
  {
    name: 'the class does not exist',
    plant: (p) => {
      gatewayDown(p);
      p.gatewayClasses.items = [];
    },
    ids: ['class-missing'],
  },
  {
    name: 'the class is refused',
    plant: (p) => {
      gatewayDown(p);
      set(first(p.gatewayClasses.items).status?.conditions, 'Accepted', 'False');
    },
    ids: ['class-rejected'],
  },
  {
    name: 'nobody takes up the class',
    plant: (p) => {
      gatewayDown(p);
      delete first(p.gatewayClasses.items).status;
    },
    ids: ['class-pending'],
  },
  {
    name: "Kong's class lacks the annotation for unmanaged gateways",
    plant: (p) => {
      toKong(p);
      gatewayDown(p);
    },
    ids: ['kong-class-managed'],
  },
  {
    name: 'the controller of the class is unknown',
    plant: (p) => {
      first(p.gatewayClasses.items).spec.controllerName = 'acme.example/controller';
      parentsOf(p, 'acme.example/controller');
    },
    ids: ['class-controller-unknown'],
  },
  {
    name: 'a class is named like one product and owned by another',
    plant: (p) => {
      first(p.gatewayClasses.items).metadata.name = 'istio';
      gateway(p).spec.gatewayClassName = 'istio';
    },
    ids: ['class-name-misleading'],
  },
  {
    name: 'infrastructure is set where nobody acts on it',
    plant: (p) => void Object.assign(gateway(p).spec, { infrastructure: { labels: { a: 'b' } } }),
    ids: ['infrastructure-ignored'],
  },
  {
    name: 'an unmanaged Gateway without a proxy Service',
    plant: (p) => {
      toKong(p, unmanaged);
      gatewayDown(p);
    },
    ids: ['data-plane-unknown'],
  },
  {
    name: 'the proxy Service that Kong is told of does not exist',
    plant: (p) => {
      toKong(p, unmanaged);
      gatewayDown(p);
      gateway(p).metadata.annotations = { 'konghq.com/publish-service': 'kong/proxy' };
    },
    ids: ['data-plane-missing'],
  },
  {
    name: 'the proxy has no ready endpoint',
    plant: (p) => {
      toKong(p, unmanaged);
      kongProxy(p);
      const slice = p.endpointSlices.items.at(-1);
      slice!.endpoints[0]!.conditions = { ready: false };
      answered(p, { failure: 'ECONNREFUSED' });
    },
    ids: ['data-plane-unready'],
  },
  {
    name: 'the proxy does not expose the port of the listener',
    plant: (p) => {
      toKong(p, unmanaged);
      kongProxy(p, 1);
      set(listenerStatus(p).conditions, 'Accepted', 'False', { reason: 'PortUnavailable' });
    },
    ids: ['listener-port-closed'],
  },
  {
    name: 'no listener speaks HTTP',
    plant: (p) => {
      listener(p).protocol = 'TCP';
    },
    ids: ['listener-missing'],
  },
  {
    name: 'two listeners are the same',
    plant: (p) => {
      gateway(p).spec.listeners.push({ ...listener(p), name: 'twin' });
    },
    ids: ['listener-conflicted'],
  },
  {
    name: 'the implementation calls a listener conflicted',
    plant: (p) => {
      listenerStatus(p).conditions.push({ type: 'Conflicted', status: 'True', reason: 'HostnameConflict' });
    },
    ids: ['listener-conflicted'],
  },
  {
    name: 'a listener is refused, and with it the Gateway',
    plant: (p) => {
      set(listenerStatus(p).conditions, 'Accepted', 'False', { reason: 'PortUnavailable' });
      set(gateway(p).status?.conditions, 'Accepted', 'False', { reason: 'ListenersNotValid' });
      set(gateway(p).status?.conditions, 'Programmed', 'False');
    },
    ids: ['listener-rejected'],
  },
  {
    name: 'a certificate of a listener cannot be had',
    plant: (p) => set(listenerStatus(p).conditions, 'ResolvedRefs', 'False', { reason: 'InvalidCertificateRef' }),
    ids: ['listener-unresolved'],
  },
  {
    name: 'a listener is not in the data plane',
    plant: (p) => set(listenerStatus(p).conditions, 'Programmed', 'False'),
    ids: ['listener-not-programmed'],
  },
  {
    name: 'the Gateway is refused',
    plant: (p) => set(gateway(p).status?.conditions, 'Accepted', 'False'),
    ids: ['gateway-rejected'],
  },
  { name: 'nobody takes up the Gateway', plant: gatewayDown, ids: ['gateway-pending'] },
  {
    name: 'what is said of the Gateway is of an older generation',
    plant: (p) => {
      gateway(p).metadata.generation = 99;
    },
    ids: ['gateway-pending'],
  },
  {
    name: 'the Gateway is not in the data plane',
    plant: (p) => set(gateway(p).status?.conditions, 'Programmed', 'False'),
    ids: ['gateway-not-programmed'],
  },
  {
    name: 'whether the Gateway is in the data plane is Unknown',
    plant: (p) => set(gateway(p).status?.conditions, 'Programmed', 'Unknown'),
    ids: ['gateway-not-programmed'],
  },
  {
    name: 'the Gateway has no address',
    plant: (p) => {
      gateway(p).status!.addresses = [];
      p.probes = { unread: 'the Gateway has no address' } as never;
    },
    ids: ['gateway-address-missing'],
  },
  {
    name: 'no route is counted',
    plant: (p) => {
      listenerStatus(p).attachedRoutes = 0;
    },
    ids: ['listener-without-routes'],
  },
];

function parentsOf(plan: Plan, controllerName: string): void {
  for (const route of plan.routes.items)
    for (const parent of route.status?.parents ?? []) parent.controllerName = controllerName;
}

const serviceFaults: readonly Fault[] = [
  {
    name: 'there is no such service',
    plant: (p) => {
      p.scope = { namespace: 'default', name: 'rose' };
      p.probes = { unread: 'no InferenceService is to be reached from outside' } as never;
    },
    ids: ['service-missing'],
  },
  {
    name: 'the operator has not seen the service',
    plant: (p) => {
      delete iris(p).status;
      nothingMadeBut(p);
    },
    ids: ['service-unseen'],
  },
  {
    name: 'a child was refused',
    plant: (p) => {
      set(iris(p).status?.conditions, 'PredictorReady', 'False', { reason: 'ReconcileFailed', message: 'quota' });
      nothingMade(p);
    },
    ids: ['service-refused'],
  },
  {
    name: 'the named runtime does not exist',
    plant: (p) => {
      withModel(p, { runtime: 'nothing' });
      nothingMade(p);
    },
    ids: ['runtime-unknown'],
  },
  {
    name: 'the named runtime is disabled',
    plant: (p) => {
      withModel(p, { runtime: 'serval-model-server' });
      named(p.clusterRuntimes.items, 'serval-model-server').spec.disabled = true;
      nothingMade(p);
    },
    ids: ['runtime-disabled'],
  },
  {
    name: 'no runtime serves the format',
    plant: (p) => {
      withModel(p, { modelFormat: { name: 'spark' } });
      nothingMade(p);
    },
    ids: ['runtime-unfit'],
  },
  {
    name: 'no runtime speaks the protocol',
    plant: (p) => {
      withModel(p, { protocolVersion: 'grpc-v1' });
      nothingMade(p);
    },
    ids: ['runtime-unfit'],
  },
  {
    name: 'the Deployment is gone',
    plant: (p) => {
      p.deployments.items = [];
      p.pods.items = [];
      withoutEndpoints(p);
      answered(p, { status: 503 });
    },
    ids: ['deployment-missing'],
  },
  {
    name: 'Pods may not be created',
    plant: (p) => {
      deployment(p).status?.conditions?.push({ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' });
      p.pods.items = [];
      withoutEndpoints(p);
      notReady(p);
      answered(p, { status: 503 });
    },
    ids: ['pod-creation-refused'],
  },
  {
    name: 'no node takes the Pod',
    plant: (p) => {
      const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' };
      const pod = first(p.pods.items);
      pod.status = { ...pod.status, conditions: [], initContainerStatuses: [] };
      sick(p, { state: {} }, { phase: 'Pending', conditions: [scheduled] });
    },
    ids: ['pod-unschedulable'],
  },
  {
    name: 'an image cannot be pulled',
    plant: (p) => sick(p, { state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }),
    ids: ['pod-image-unavailable'],
  },
  {
    name: 'an image name is invalid',
    plant: (p) => sick(p, { state: { waiting: { reason: 'InvalidImageName', message: 'A B' } } }),
    ids: ['pod-image-unavailable'],
  },
  {
    name: 'the server needs more memory than it may have',
    plant: (p) =>
      sick(p, {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
    ids: ['pod-out-of-memory'],
  },
  {
    name: 'the model cannot be loaded',
    plant: (p) =>
      sick(p, {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'no such model' } },
      }),
    ids: ['model-load-failed'],
  },
  {
    name: 'the server is killed again and again',
    plant: (p) =>
      sick(p, {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 139, reason: 'Error' } },
      }),
    ids: ['pod-failing'],
  },
  { name: 'the service is not ready, and nothing says why', plant: notReady, ids: ['service-not-ready'] },
  {
    name: 'a service of another namespace does not hide this one',
    plant: (p) => {
      const other = structuredClone(iris(p));
      other.metadata = { ...other.metadata, name: 'tulip', namespace: 'others' };
      other.spec.predictor.model = { ...other.spec.predictor.model, runtime: 'nothing' } as never;
      p.services.items.push(other);
      set(other.status?.conditions, 'Ready', 'False');
      notReady(p);
    },
    ids: ['runtime-unknown', 'service-not-ready'],
  },
];

function nothingMadeBut(plan: Plan): void {
  plan.deployments.items = [];
  plan.pods.items = [];
  plan.routes.items = [];
  plan.kubeServices.items = [];
  plan.endpointSlices.items = [];
  answered(plan, { status: 404 });
}

const routeFaults: readonly Fault[] = [
  {
    name: 'the gateway cannot do what a service asks for',
    plant: (p) => {
      toController(p, 'gateway.nginx.org/nginx-gateway-controller', 'nginx');
    },
    ids: ['feature-unsupported'],
  },
  {
    name: 'no controller has given an Ingress an address',
    plant: (p) => {
      setting(p, 'ingress', { enableGatewayApi: false });
      p.routes.items = [];
      p.ingresses.items.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { namespace: 'default', name: 'iris', labels: { 'serving.kserve.io/inferenceservice': 'iris' } },
        spec: {},
      });
      notReady(p);
    },
    ids: ['ingress-address-missing'],
  },
  {
    name: 'an Ingress is gone',
    plant: (p) => {
      setting(p, 'ingress', { enableGatewayApi: false });
      p.routes.items = [];
      notReady(p);
    },
    ids: ['route-missing'],
  },
  {
    name: 'a route is gone',
    plant: (p) => {
      p.routes.items = p.routes.items.filter(({ metadata }) => metadata.name !== 'iris');
      answered(p, { status: 404 });
    },
    ids: ['route-missing'],
  },
  {
    name: 'a route is at another Gateway',
    plant: (p) => {
      for (const route of p.routes.items) first(route.spec.parentRefs).name = 'other';
      answered(p, { status: 404 });
    },
    ids: ['route-elsewhere'],
  },
  {
    name: 'the listener takes routes of its own namespace only',
    plant: (p) => {
      listener(p).allowedRoutes = { namespaces: { from: 'Same' } };
      parentConditions(p, (conditions) => set(conditions, 'Accepted', 'False', { reason: 'NotAllowedByListeners' }));
      answered(p, { status: 404 });
    },
    ids: ['route-namespace-refused'],
  },
  {
    name: 'the listener says nothing of namespaces, which means its own',
    plant: (p) => {
      delete listener(p).allowedRoutes;
    },
    ids: ['route-namespace-refused'],
  },
  {
    name: 'the namespace lacks the label that the listener selects by',
    plant: (p) => {
      listener(p).allowedRoutes = {
        namespaces: { from: 'Selector', selector: { matchLabels: { team: 'models' } } },
      };
    },
    ids: ['route-namespace-refused'],
  },
  {
    name: 'the listener takes GRPCRoutes only',
    plant: (p) => {
      listener(p).allowedRoutes = { namespaces: { from: 'All' }, kinds: [{ kind: 'GRPCRoute' }] };
    },
    ids: ['route-kind-refused'],
  },
  {
    name: 'the hostname of the listener does not cover the route',
    plant: (p) => {
      listener(p).hostname = '*.example.com';
      parentConditions(p, (conditions) =>
        set(conditions, 'Accepted', 'False', { reason: 'NoMatchingListenerHostname' }),
      );
    },
    ids: ['route-host-outside'],
  },
  {
    name: 'two routes claim one host',
    plant: (p) => void rival(p),
    ids: ['route-host-claimed'],
  },
  {
    name: 'a route is refused',
    plant: (p) => {
      parentConditions(p, (conditions) => set(conditions, 'Accepted', 'False'));
      answered(p, { status: 404 });
    },
    ids: ['route-rejected'],
  },
  {
    name: 'only another controller has said something of the routes',
    plant: (p) => parentsOf(p, 'acme.example/controller'),
    ids: ['route-pending'],
  },
  {
    name: 'what is said of a route is of an older generation',
    plant: (p) => {
      irisRoute(p).metadata.generation = 99;
    },
    ids: ['route-pending'],
  },
  {
    name: 'whether a route is accepted is Unknown',
    plant: (p) => parentConditions(p, (conditions) => set(conditions, 'Accepted', 'Unknown')),
    ids: ['route-pending'],
  },
  {
    name: 'a route leads into another namespace without a grant',
    plant: (p) => {
      const moved = structuredClone(backend(p));
      moved.metadata.namespace = 'others';
      p.kubeServices.items.push(moved);
      const slices = structuredClone(p.endpointSlices.items);
      for (const { metadata } of slices) metadata.namespace = 'others';
      p.endpointSlices.items.push(...slices);
      for (const route of p.routes.items) {
        for (const rule of route.spec.rules ?? []) first(rule.backendRefs).namespace = 'others';
      }
      parentConditions(p, (conditions) => set(conditions, 'ResolvedRefs', 'False', { reason: 'RefNotPermitted' }));
    },
    ids: ['backend-ungranted'],
  },
  {
    name: 'the Service behind a route is gone',
    plant: (p) => {
      p.kubeServices.items = [];
      parentConditions(p, (conditions) => set(conditions, 'ResolvedRefs', 'False', { reason: 'BackendNotFound' }));
      answered(p, { status: 500 });
    },
    ids: ['backend-missing'],
  },
  {
    name: 'the Service does not have the port',
    plant: (p) => {
      first(backend(p).spec.ports).port = 8888;
      answered(p, { status: 500 });
    },
    ids: ['backend-port-missing'],
  },
  {
    name: 'a reference does not resolve',
    plant: (p) => parentConditions(p, (conditions) => set(conditions, 'ResolvedRefs', 'False')),
    ids: ['route-unresolved'],
  },
  {
    name: 'Kong has not configured a route',
    plant: (p) =>
      parentConditions(p, (conditions) => {
        conditions.push({ type: 'Programmed', status: 'Unknown', reason: 'Unknown' });
      }),
    ids: ['route-not-programmed'],
  },
  {
    name: 'no endpoint is ready',
    plant: (p) => {
      withoutEndpoints(p);
      answered(p, { status: 503 });
    },
    ids: ['backend-endpoints-missing'],
  },
  {
    name: 'nothing answers at the address',
    plant: (p) => answered(p, { failure: 'ECONNREFUSED' }),
    ids: ['probe-unreachable'],
  },
  { name: 'the gateway answers 404', plant: (p) => answered(p, { status: 404 }), ids: ['probe-not-found'] },
  { name: 'the gateway answers 500', plant: (p) => answered(p, { status: 500 }), ids: ['probe-failed'] },
  { name: 'the gateway answers 503', plant: (p) => answered(p, { status: 503 }), ids: ['probe-unavailable'] },
  { name: 'the gateway answers 504', plant: (p) => answered(p, { status: 504 }), ids: ['probe-unavailable'] },
];

export const faults: readonly Fault[] = [
  ...versionFaults,
  ...definitionFaults,
  ...platformFaults,
  ...gatewayFaults,
  ...serviceFaults,
  ...routeFaults,
];
