import type { ClusterServingRuntime, CustomResourceDefinition, InferenceService } from '@serval/api';
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
export interface Plan {
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

export const hourMs = 3_600_000;
export const kong = 'konghq.com/kic-gateway-controller';
export const first = <T>(list: readonly T[] | undefined): T => {
  assertThere(list?.[0]);
  return list![0] as T;
};
export function assertThere(value: unknown): void {
  if (value === undefined) throw new Error('the healthy snapshot lacks what is to be changed');
}
export const named = <T extends { metadata: { name?: string } }>(list: readonly T[], name: string): T => {
  const found = list.find(({ metadata }) => metadata.name === name);
  assertThere(found);
  return found as T;
};
export const gateway = (plan: Plan) => first(plan.gateways.items);
export const listener = (plan: Plan): Listener => first(gateway(plan).spec.listeners);
export const listenerStatus = (plan: Plan) => first(gateway(plan).status?.listeners);
export const definition = (plan: Plan, plural: string) =>
  named(plan.definitions.items, `${plural}.gateway.networking.k8s.io`);
export const irisRoute = (plan: Plan) => named(plan.routes.items, 'iris');
export const iris = (plan: Plan) => named(plan.services.items, 'iris');
export const backend = (plan: Plan) => named(plan.kubeServices.items, 'iris-predictor');
export const deployment = (plan: Plan) => named(plan.deployments.items, 'iris-predictor');

export function set(
  conditions: Condition[] | undefined,
  type: string,
  status: Condition['status'],
  more: object = {},
): void {
  const found = conditions?.find((condition) => condition.type === type);
  assertThere(found);
  Object.assign(found as Condition, { status, reason: 'Planted', message: 'planted' }, more);
}
export function setting(plan: Plan, section: string, change: object): void {
  const { data = {} } = first(plan.config.items);
  data[section] = JSON.stringify({ ...JSON.parse(data[section] ?? '{}'), ...change });
}
/** The Pod does not serve, and everything that follows from it. */
export function sick(plan: Plan, container: object, status: object = {}): void {
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
export function withoutEndpoints(plan: Plan): void {
  for (const slice of plan.endpointSlices.items) {
    for (const endpoint of slice.endpoints) endpoint.conditions = { ready: false };
  }
}
export function notReady(plan: Plan): void {
  set(iris(plan).status?.conditions, 'Ready', 'False');
}
export function answered(plan: Plan, outcome: SeenProbe['outcome']): void {
  plan.probes.items = plan.probes.items.map((probe) => ({ ...probe, outcome }));
}
export function parentConditions(plan: Plan, change: (conditions: Condition[]) => void): void {
  for (const route of plan.routes.items) for (const { conditions } of route.status?.parents ?? []) change(conditions);
}
/** Everything that a Gateway that nobody takes up brings with it. */
export function gatewayDown(plan: Plan): void {
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
export function toController(plan: Plan, controllerName: string, name: string): void {
  const found = first(plan.gatewayClasses.items);
  found.spec.controllerName = controllerName;
  found.metadata.name = name;
  gateway(plan).spec.gatewayClassName = name;
  for (const route of plan.routes.items) {
    for (const parent of route.status?.parents ?? []) parent.controllerName = controllerName;
  }
}
export function toKong(plan: Plan, annotations: Record<string, string> = {}): void {
  toController(plan, kong, 'kong');
  first(plan.gatewayClasses.items).metadata.annotations = annotations;
  const programmed = { type: 'Programmed', status: 'True', reason: 'ConfiguredInGateway', message: '' } as const;
  parentConditions(plan, (conditions) => conditions.push(programmed));
}
export function kongProxy(plan: Plan, port = listener(plan).port): Service {
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
export const unmanaged = { 'konghq.com/gatewayclass-unmanaged': 'true' };
export const release = 'gateway.networking.k8s.io/bundle-version';
export function bundle(plan: Plan, version: string): void {
  for (const { metadata } of plan.definitions.items) {
    if (metadata.name?.endsWith('gateway.networking.k8s.io'))
      metadata.annotations = { ...metadata.annotations, [release]: version };
  }
}
/** Takes `HTTPRoute.spec.rules[].timeouts` out of the schema, as releases before 1.2 have it. */
export function withoutTimeouts(plan: Plan): void {
  // biome-ignore lint/suspicious/noExplicitAny: a schema
  const schema = definition(plan, 'httproutes').spec.versions.find(({ name }) => name === 'v1')?.schema as any;
  assertThere(schema.openAPIV3Schema.properties.spec.properties.rules.items.properties.timeouts);
  delete schema.openAPIV3Schema.properties.spec.properties.rules.items.properties.timeouts;
}
export function rival(plan: Plan): HttpRoute {
  const other = structuredClone(irisRoute(plan));
  other.metadata = { ...other.metadata, name: 'rival', namespace: 'others', labels: {} };
  plan.routes.items.push(other);
  return other;
}
export function withModel(plan: Plan, change: object): void {
  const { predictor } = iris(plan).spec;
  predictor.model = { ...predictor.model, ...change } as never;
}
/** Without a runtime nothing is made. */
export function nothingMade(plan: Plan): void {
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
export function running(plan: Plan, image: string, bundleVersion: string): void {
  const controller = { name: 'controller', image };
  plan.gatewayControllers.items.push({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'gateways', name: 'controller' },
    spec: { selector: {}, template: { spec: { containers: [controller] } } },
  });
  bundle(plan, bundleVersion);
}
export function grpcRoutes(plan: Plan, version: string): void {
  const found = structuredClone(definition(plan, 'httproutes'));
  found.metadata.name = 'grpcroutes.gateway.networking.k8s.io';
  found.spec.names = { ...found.spec.names, plural: 'grpcroutes', kind: 'GRPCRoute' };
  found.spec.versions = found.spec.versions.map((each) => ({ ...each, name: version }));
  plan.definitions.items.push(found);
}
export const envoy = 'gateway.envoyproxy.io/gatewayclass-controller';
export const cilium = 'io.cilium/gateway-controller';
export const traefik = 'traefik.io/gateway-controller';

export function parentsOf(plan: Plan, controllerName: string): void {
  for (const route of plan.routes.items)
    for (const parent of route.status?.parents ?? []) parent.controllerName = controllerName;
}

export function nothingMadeBut(plan: Plan): void {
  plan.deployments.items = [];
  plan.pods.items = [];
  plan.routes.items = [];
  plan.kubeServices.items = [];
  plan.endpointSlices.items = [];
  answered(plan, { status: 404 });
}
