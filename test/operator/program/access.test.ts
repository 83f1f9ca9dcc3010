import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clusterServingRuntimes,
  customResourceDefinitions,
  gatewayApiCrds,
  type InferenceService,
  inferenceServices,
} from '@serval/api';
import { createAuthority } from '@serval/kube/certificates';
import {
  type AnyObject,
  configMaps,
  deployments,
  events,
  gatewayClasses,
  grpcRoutes,
  httpRoutes,
  ingresses,
  isStatusError,
  leases,
  pods,
  scaledObjects,
  secrets,
  serviceAccounts,
} from '@serval/kube/objects';
import {
  builtInServingRuntimes,
  operatorClusterRules,
  operatorLeaseName,
  operatorNamespacedRules,
  servalGateway,
  servalGatewayClass,
  webhookCertificateSecretName,
} from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { scaledObjectDefinition } from '../keda-definition.ts';
import { namespace, startTestCluster, type TestCluster } from './replicas.ts';
import { compareWithRules } from './rules.ts';
import { createShiftedClock } from './shifted-clock.ts';

const dayMs = 86_400_000;
const iris = { namespace: 'default', name: 'iris' };
const bundleCopy = { namespace: 'default', name: 'global-ca-bundle' };
const child = { namespace: 'default', name: 'iris-predictor' };

/** Allowed without being asked for, and why. */
const explained = [
  // An API server asks for it on the operator's behalf, when a child with blockOwnerDeletion is written.
  'cluster: update inferenceservices/finalizers.serving.kserve.io',
  // Where the configuration names one.
  'cluster: get clustertrustbundles.certificates.k8s.io',
  'cluster: list clustertrustbundles.certificates.k8s.io',
];

test('a whole life asks for everything that the rules allow, and for nothing else', async (t) => {
  const cluster = await startTestCluster(t);
  await installRest(cluster);
  const clock = createShiftedClock(-80 * dayMs);
  const one = await cluster.startReplica('one', { clock });
  await eventually(async () => assert.ok(one.isLeader && one.parts?.server()));
  const two = await cluster.startReplica('two', { clock });
  await eventually(() => serve(cluster));
  await eventually(() => cluster.client.get(httpRoutes, iris));
  await eventually(async () => {
    const { status } = await cluster.client.get(inferenceServices, iris);
    assert.ok(status?.conditions?.length);
  });
  // What another takes away comes back, and what is no longer wanted goes.
  await cluster.client.delete(deployments, child);
  await eventually(() => cluster.client.get(deployments, child));
  await admitPod(cluster);
  await spreadBundle(cluster);
  await keepHalf(cluster);
  await scaleByKeda(cluster, clock);
  await renewCertificate(cluster, clock);
  await one.stop();
  await eventually(async () => {
    clock.advance(2_000);
    assert.ok(two.isLeader);
  });
  await exposeOtherwise(cluster);
  await tellTwice(cluster, clock);
  const stopped = { metadata: { annotations: { 'serving.kserve.io/stop': 'true' } } };
  await cluster.client.patch(inferenceServices, iris, 'merge', stopped);
  await eventually(() => gone(cluster.client.get(deployments, child)));
  await eventually(() => gone(cluster.client.get(httpRoutes, iris)));
  await eventually(() => gone(cluster.client.get(scaledObjects, child)));
  await eventually(() => gone(cluster.client.get(ingresses, iris)));
  await eventually(() => gone(cluster.client.get(configMaps, bundleCopy)));
  await cluster.client.delete(inferenceServices, iris);
  await two.stop();
  assert.equal((await cluster.client.get(leases, { namespace, name: operatorLeaseName })).spec.holderIdentity, '');

  const duties = { webhooks: true, certificates: 'self-managed' } as const;
  const { refused, unused } = compareWithRules(cluster.requests, {
    cluster: operatorClusterRules(duties),
    namespaced: operatorNamespacedRules(duties),
    namespace,
  });
  assert.deepEqual(refused, []);
  assert.deepEqual(
    unused.filter((rule) => !explained.includes(rule)),
    [],
  );
});

/** What Serval's own installation leaves to the cluster's owner. */
async function installRest({ client, resourceOf }: TestCluster): Promise<void> {
  const objects = [
    ...gatewayApiCrds(),
    grpcRouteDefinition(),
    servalGatewayClass(),
    servalGateway(namespace, 'gateway', 80),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...iris }, secrets: [{ name: 'iris' }] },
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...iris }, data: { AWS_ACCESS_KEY_ID: 'eA==' } },
  ] as AnyObject[];
  for (const object of objects) await client.apply(await resourceOf(object), object, { force: true });
}

async function serve({ client }: TestCluster): Promise<void> {
  const [runtime] = builtInServingRuntimes();
  if (runtime) await client.apply(clusterServingRuntimes, runtime, { force: true });
  const spec = { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } };
  const annotations = { 'serving.kserve.io/rollout-on-credential-change': 'true' };
  const metadata = { ...iris, annotations };
  const service = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', metadata, spec };
  await client.apply(inferenceServices, service as InferenceService, { force: true });
}

/** By an Ingress, then by a GRPCRoute, and as before again. What was there stays until it is replaced, which is never here. */
async function exposeOtherwise({ client, resourceOf }: TestCluster): Promise<void> {
  const config = { namespace, name: 'inferenceservice-config' };
  const { data: before } = await client.get(configMaps, config);
  const ingress = { ...JSON.parse(before?.['ingress'] ?? '{}'), enableGatewayApi: false };
  await client.patch(configMaps, config, 'merge', { data: { ingress: JSON.stringify(ingress) } });
  await eventually(() => client.get(ingresses, iris));
  const gateway = JSON.stringify({ ...ingress, enableGatewayApi: true, kserveIngressGateway: `${namespace}/gateway` });
  await client.patch(configMaps, config, 'merge', { data: { ingress: gateway } });

  const kong = { ...servalGatewayClass(), spec: { controllerName: 'konghq.com/kic-gateway-controller' } };
  await client.delete(gatewayClasses, { name: kong.metadata.name ?? '' });
  await client.apply(await resourceOf(kong as AnyObject), kong as AnyObject, { force: true });
  const container = { name: 'kserve-container', image: 'i', ports: [{ name: 'grpc-port', containerPort: 9000 }] };
  const speaks = { namespace: 'default', name: 'speaks' };
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: speaks,
    spec: { predictor: { containers: [container] } },
  } as InferenceService);
  await eventually(() => client.get(grpcRoutes, speaks));
  const stopped = { metadata: { annotations: { 'serving.kserve.io/stop': 'true' } } };
  await client.patch(inferenceServices, speaks, 'merge', stopped);
  await eventually(() => gone(client.get(grpcRoutes, speaks)));
  await client.delete(inferenceServices, speaks);
  await client.patch(configMaps, config, 'merge', { data: { ingress: before?.['ingress'] ?? null } });
}

/** As much of it as the operator looks at. */
function grpcRouteDefinition(): AnyObject {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const group = 'gateway.networking.k8s.io';
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `grpcroutes.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/3328' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'GRPCRoute', listKind: 'GRPCRouteList', plural: 'grpcroutes', singular: 'grpcroute' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

/** Valid by the replicas' clock, which is behind. */
const authorityNow = (name: string) => createAuthority(name, Date.now() - 81 * dayMs, 400 * dayMs);

/** The platform's certificates reach the namespace, and another set of them after that. */
async function spreadBundle({ client }: TestCluster): Promise<void> {
  const storageInitializer = JSON.stringify({ caBundleConfigMapName: 'company-ca' });
  const config = { namespace, name: 'inferenceservice-config' };
  await client.patch(configMaps, config, 'merge', { data: { storageInitializer } });
  for (const name of ['one', 'two']) {
    const { certificate } = await authorityNow(name);
    const metadata = { namespace, name: 'company-ca' };
    const bundle = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cabundle.crt': certificate } };
    await client.apply(configMaps, bundle, { force: true });
    await eventually(async () => {
      assert.equal((await client.get(configMaps, bundleCopy)).data?.['cabundle.crt'], certificate);
    });
  }
}

/** A Secret whose inline certificates follow a ConfigMap. */
async function keepHalf({ client }: TestCluster): Promise<void> {
  const { certificate } = await authorityNow('minio');
  const metadata = { namespace: 'default', name: 'minio-ca' };
  const bundle = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cabundle.crt': certificate } };
  await client.apply(configMaps, bundle, { force: true });
  const place = { namespace: 'default', name: 'storage-config' };
  const minio = Buffer.from(JSON.stringify({ type: 's3', cabundle_configmap: 'minio-ca' })).toString('base64');
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...place, annotations: { 'serving.kserve.io/storage-config-source': 'configmap/minio-ca' } },
    data: { minio },
  });
  await eventually(async () => assert.notEqual((await client.get(secrets, place)).data?.['minio'], minio));
}

/** As the ReplicaSet's controller would. */
async function admitPod({ client }: TestCluster): Promise<void> {
  await client.get(serviceAccounts, iris);
  const { spec } = await client.get(deployments, child);
  const { metadata, spec: podSpec } = spec.template;
  const pod = await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, ...iris },
    spec: { ...podSpec, serviceAccountName: 'iris' },
  } as never);
  assert.equal(pod.spec.initContainers?.[0]?.name, 'storage-initializer');
}

/** Where KEDA turns up later, another class of autoscaler takes over. */
async function scaleByKeda({ client }: TestCluster, clock: ReturnType<typeof createShiftedClock>): Promise<void> {
  await client.create(customResourceDefinitions, scaledObjectDefinition);
  const keda = { metadata: { annotations: { 'serving.kserve.io/autoscalerClass': 'keda' } } };
  await client.patch(inferenceServices, iris, 'merge', keda);
  await eventually(async () => {
    clock.advance(10_000);
    await client.get(scaledObjects, child);
  });
}

async function renewCertificate({ client }: TestCluster, clock: ReturnType<typeof createShiftedClock>): Promise<void> {
  const read = () => client.get(secrets, { namespace, name: webhookCertificateSecretName });
  const before = (await read()).data?.['tls.crt'];
  clock.advance(61 * dayMs);
  await eventually(async () => {
    clock.advance(60_000);
    assert.notEqual((await read()).data?.['tls.crt'], before);
  });
}

/** The second time, an Event is counted up. */
async function tellTwice(
  { client, unreachable }: TestCluster,
  clock: ReturnType<typeof createShiftedClock>,
): Promise<void> {
  const count = async (reason: string) => {
    const { items } = await client.list(events, { namespace: 'default' });
    return items.filter((event) => event.reason === reason).reduce((sum, event) => sum + (event.count ?? 1), 0);
  };
  for (const reason of ['WebhooksFail', 'WebhooksAnswer', 'WebhooksFail', 'WebhooksAnswer']) {
    const before = await count(reason);
    if (reason === 'WebhooksFail') unreachable.add('serval-webhook');
    else unreachable.clear();
    await eventually(async () => {
      clock.advance(6_000);
      assert.ok((await count(reason)) > before);
    });
  }
}

async function gone(asked: Promise<unknown>): Promise<void> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isStatusError(error, 'NotFound'));
}
