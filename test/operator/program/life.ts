import assert from 'node:assert/strict';
import {
  clusterServingRuntimes,
  customResourceDefinitions,
  gatewayApiCrds,
  type InferenceService,
  inferenceServices,
  promotions,
  servingRuntimes,
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
  knativeServices,
  pods,
  scaledObjects,
  secrets,
  serviceAccounts,
} from '@serval/kube/objects';
import {
  builtInServingRuntimes,
  servalGateway,
  servalGatewayClass,
  webhookCertificateSecretName,
} from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { scaledObjectDefinition } from '../keda-definition.ts';
import { knativeServiceDefinition } from '../knative-definition.ts';
import type { EmptyCluster } from './replicas.ts';
import type { createShiftedClock } from './shifted-clock.ts';

export const dayMs = 86_400_000;

/** A service that lives in a namespace, and what it lives on. */
export interface Life extends Pick<EmptyCluster, 'client' | 'unreachable' | 'resourceOf' | 'pass'> {
  /** The operator's own namespace. */
  readonly home: string;
  readonly namespace: string;
  readonly iris: { namespace: string; name: string };
  readonly child: { namespace: string; name: string };
  readonly bundleCopy: { namespace: string; name: string };
  /** Or one of its namespace. */
  readonly usesClusterRuntime: boolean;
  /** The replicas'. */
  readonly clock: ReturnType<typeof createShiftedClock>;
}

export function createLife(
  cluster: Pick<EmptyCluster, 'client' | 'unreachable' | 'resourceOf' | 'pass'>,
  options: Pick<Life, 'home' | 'namespace' | 'clock'> & { usesClusterRuntime?: boolean },
): Life {
  const { namespace } = options;
  return {
    ...cluster,
    usesClusterRuntime: true,
    ...options,
    iris: { namespace, name: 'iris' },
    child: { namespace, name: 'iris-predictor' },
    bundleCopy: { namespace, name: 'global-ca-bundle' },
  };
}

/** From its creation to a state in which everything about it has been changed once. */
export async function growUp(life: Life): Promise<void> {
  const { client, iris, child } = life;
  await eventually(() => serve(life));
  await eventually(() => client.get(httpRoutes, iris));
  await eventually(async () => {
    const { status } = await client.get(inferenceServices, iris);
    assert.ok(status?.conditions?.length);
  });
  // What another takes away comes back, and what is no longer wanted goes.
  await client.delete(deployments, child);
  await eventually(() => client.get(deployments, child));
  await admitPod(life);
  await approve(life);
  await spreadBundle(life);
  await keepHalf(life);
  await scaleByKeda(life);
  await serveByKnative(life);
  await tellTwiceOfService(life);
}

/** Another way in, and the end. */
export async function growOld(life: Life): Promise<void> {
  const { client, iris, child, bundleCopy } = life;
  await exposeOtherwise(life);
  const stopped = { metadata: { annotations: { 'serving.kserve.io/stop': 'true' } } };
  await client.patch(inferenceServices, iris, 'merge', stopped);
  await eventually(() => gone(client.get(deployments, child)));
  await eventually(() => gone(client.get(httpRoutes, iris)));
  await eventually(() => gone(client.get(scaledObjects, child)));
  await eventually(() => gone(client.get(ingresses, iris)));
  await eventually(() => gone(client.get(configMaps, bundleCopy)));
  await client.delete(inferenceServices, iris);
}

/** What Serval's own installation leaves to the cluster's owner. */
export async function installRest({ client, resourceOf, home }: Life): Promise<void> {
  const objects = [
    ...gatewayApiCrds(),
    grpcRouteDefinition(),
    servalGatewayClass(),
    servalGateway(home, 'gateway', 80),
  ] as AnyObject[];
  for (const object of objects) await client.apply(await resourceOf(object), object, { force: true });
}

async function serve({ client, iris, usesClusterRuntime }: Life): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...iris }, secrets: [{ name: 'iris' }] };
  await client.apply(serviceAccounts, account, { force: true });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { ...iris }, data: { AWS_ACCESS_KEY_ID: 'eA==' } };
  await client.apply(secrets, secret, { force: true });
  const [runtime] = builtInServingRuntimes();
  if (!runtime) throw new Error('there is no built-in runtime');
  if (usesClusterRuntime) await client.apply(clusterServingRuntimes, runtime, { force: true });
  else {
    const metadata = { ...runtime.metadata, namespace: iris.namespace };
    await client.apply(servingRuntimes, { ...runtime, kind: 'ServingRuntime', metadata }, { force: true });
  }
  const spec = { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } };
  const annotations = { 'serving.kserve.io/rollout-on-credential-change': 'true' };
  const metadata = { ...iris, annotations };
  const service = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', metadata, spec };
  await client.apply(inferenceServices, service as InferenceService, { force: true });
}

/** By an Ingress, then by a GRPCRoute, and as before again. What was there stays until it is replaced, which is never here. */
async function exposeOtherwise({ client, resourceOf, home, namespace, iris }: Life): Promise<void> {
  const config = { namespace: home, name: 'inferenceservice-config' };
  const { data: before } = await client.get(configMaps, config);
  const ingress = { ...JSON.parse(before?.['ingress'] ?? '{}'), enableGatewayApi: false };
  await client.patch(configMaps, config, 'merge', { data: { ingress: JSON.stringify(ingress) } });
  await eventually(() => client.get(ingresses, iris));
  const gateway = JSON.stringify({ ...ingress, enableGatewayApi: true, kserveIngressGateway: `${home}/gateway` });
  await client.patch(configMaps, config, 'merge', { data: { ingress: gateway } });

  const kong = { ...servalGatewayClass(), spec: { controllerName: 'konghq.com/kic-gateway-controller' } };
  await client.delete(gatewayClasses, { name: kong.metadata.name ?? '' });
  await client.apply(await resourceOf(kong as AnyObject), kong as AnyObject, { force: true });
  const container = { name: 'kserve-container', image: 'i', ports: [{ name: 'grpc-port', containerPort: 9000 }] };
  const speaks = { namespace, name: 'speaks' };
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
async function spreadBundle({ client, home, bundleCopy }: Life): Promise<void> {
  const storageInitializer = JSON.stringify({ caBundleConfigMapName: 'company-ca' });
  const config = { namespace: home, name: 'inferenceservice-config' };
  await client.patch(configMaps, config, 'merge', { data: { storageInitializer } });
  for (const name of ['one', 'two']) {
    const { certificate } = await authorityNow(name);
    const metadata = { namespace: home, name: 'company-ca' };
    const bundle = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cabundle.crt': certificate } };
    await client.apply(configMaps, bundle, { force: true });
    await eventually(async () => {
      assert.equal((await client.get(configMaps, bundleCopy)).data?.['cabundle.crt'], certificate);
    });
  }
}

/** A Secret whose inline certificates follow a ConfigMap. */
async function keepHalf({ client, namespace }: Life): Promise<void> {
  const { certificate } = await authorityNow('minio');
  const metadata = { namespace, name: 'minio-ca' };
  const bundle = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cabundle.crt': certificate } };
  await client.apply(configMaps, bundle, { force: true });
  const place = { namespace, name: 'storage-config' };
  const minio = Buffer.from(JSON.stringify({ type: 's3', cabundle_configmap: 'minio-ca' })).toString('base64');
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...place, annotations: { 'serving.kserve.io/storage-config-source': 'configmap/minio-ca' } },
    data: { minio },
  });
  await eventually(async () => assert.notEqual((await client.get(secrets, place)).data?.['minio'], minio));
}

/** Where Knative turns up later, a service is one of its Services. */
async function serveByKnative({ client, namespace, clock }: Life): Promise<void> {
  await client.apply(customResourceDefinitions, knativeServiceDefinition, { force: true });
  const serverless = { namespace, name: 'serverless' };
  const knativeChild = { namespace, name: 'serverless-predictor' };
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { ...serverless, annotations: { 'serving.kserve.io/deploymentMode': 'Serverless' } },
    spec: { predictor: { containers: [{ name: 'kserve-container', image: 'i' }] } },
  } as InferenceService);
  await eventually(async () => {
    clock.advance(10_000);
    await client.get(knativeServices, knativeChild);
  });
  const stopped = { metadata: { annotations: { 'serving.kserve.io/stop': 'true' } } };
  await client.patch(inferenceServices, serverless, 'merge', stopped);
  await eventually(() => gone(client.get(knativeServices, knativeChild)));
  await client.delete(inferenceServices, serverless);
}

/** The second time, an Event is counted up. */
async function tellTwiceOfService({ client, iris }: Life): Promise<void> {
  const told = async () => {
    const { items } = await client.list(events, { namespace: iris.namespace });
    const own = items.filter(({ involvedObject, type }) => involvedObject.name === iris.name && type === 'Warning');
    return own.reduce((sum, event) => sum + (event.count ?? 1), 0);
  };
  for (const runtime of ['nobody-has-it', null, 'nobody-has-it', null]) {
    const before = await told();
    await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { model: { runtime } } } });
    await eventually(async () => {
      const { status, metadata } = await client.get(inferenceServices, iris);
      assert.equal(status?.observedGeneration, metadata.generation);
      if (runtime) assert.ok((await told()) > before);
    });
  }
}

/** In the operator's own namespace. */
export async function tellTwiceOfBundle({ client, home }: Life): Promise<void> {
  const target = { namespace: home, name: 'company-ca' };
  const good = (await client.get(configMaps, target)).data?.['cabundle.crt'] ?? '';
  const told = async () => {
    const { items } = await client.list(events, { namespace: home });
    const own = items.filter(({ reason }) => reason === 'GlobalBundleInvalid');
    return own.reduce((sum, event) => sum + (event.count ?? 1), 0);
  };
  for (const pem of ['no certificate', good, 'no certificate', good]) {
    const before = await told();
    await client.patch(configMaps, target, 'merge', { data: { 'cabundle.crt': pem } });
    await eventually(async () => assert.ok(pem === good || (await told()) > before));
  }
}

/** As the ReplicaSet's controller would. */
async function admitPod({ client, iris, child }: Life): Promise<void> {
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

/** A decision on a promotion, whose author must be allowed it. */
async function approve({ client, iris }: Life): Promise<void> {
  const digest = `sha256:${'a'.repeat(64)}`;
  const made = await client.create(promotions, {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Promotion',
    metadata: { ...iris },
    spec: { pipeline: 'fraud', service: 'iris', from: 'test', to: 'prod' },
  });
  await client.update(promotions, { ...made, status: { digest } }, { subresource: 'status' });
  const approval = { decision: 'Approved', digest };
  const { spec } = await client.patch(promotions, iris, 'merge', { spec: { approval } });
  assert.ok(spec.approval?.approvedBy?.username);
}

/** Where KEDA turns up later, another class of autoscaler takes over. */
async function scaleByKeda({ client, iris, child, clock, pass }: Life): Promise<void> {
  await client.apply(customResourceDefinitions, scaledObjectDefinition, { force: true });
  const keda = { metadata: { annotations: { 'serving.kserve.io/autoscalerClass': 'keda' } } };
  await client.patch(inferenceServices, iris, 'merge', keda);
  await eventually(async () => {
    await pass(clock, 10_000);
    await client.get(scaledObjects, child);
  });
}

export async function renewCertificate({ client, home, clock, pass }: Life): Promise<void> {
  const read = () => client.get(secrets, { namespace: home, name: webhookCertificateSecretName });
  const before = (await read()).data?.['tls.crt'];
  await pass(clock, 61 * dayMs);
  await eventually(async () => {
    await pass(clock, 60_000);
    assert.notEqual((await read()).data?.['tls.crt'], before);
  });
}

/** The second time, an Event is counted up. */
export async function tellTwice({ client, unreachable, clock, pass }: Life): Promise<void> {
  const count = async (reason: string) => {
    const { items } = await client.list(events, { namespace: 'default' });
    return items.filter((event) => event.reason === reason).reduce((sum, event) => sum + (event.count ?? 1), 0);
  };
  for (const reason of ['WebhooksFail', 'WebhooksAnswer', 'WebhooksFail', 'WebhooksAnswer']) {
    const before = await count(reason);
    if (reason === 'WebhooksFail') unreachable.add('serval-webhook');
    else unreachable.clear();
    await eventually(async () => {
      await pass(clock, 6_000);
      assert.ok((await count(reason)) > before);
    });
  }
}

export async function gone(asked: Promise<unknown>): Promise<void> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isStatusError(error, 'NotFound'));
}
