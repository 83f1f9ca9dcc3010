import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { defaultInferenceService, type InferenceService, inferenceServices } from '@serval/api';
import { startEngine } from '@serval/engine';
import { type Client, createClient, silentLog } from '@serval/kube/client';
import {
  findCondition,
  type GatewayClass,
  gatewayClasses,
  gateways,
  httpRoutes,
  type KubeObject,
} from '@serval/kube/objects';
import { capabilitiesOf, parseServingConfig, readGatewayApi, renderInferenceService } from '@serval/operator';
import { builtInServingRuntimes, gatewayPresets, implementations, presetObjects } from '@serval/operator/declarations';
import { gatewayReleases, installGatewayRelease } from '../compat/gateway-releases.ts';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform, statusWhen } from './support.ts';

const releases = await gatewayReleases(process.env);
const skip = releases.length === 0 ? 'there is no reference data of the Gateway API' : false;
const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://m/iris' };

function classOf(controllerName: string): GatewayClass {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'edge' },
    spec: { controllerName },
  };
}

/** Services whose routes differ: REST, gRPC beside it, gRPC alone; each by host and by path. */
const variants: readonly InferenceService[] = [
  serviceOf('rest', { model, timeout: 90 }),
  ...[
    [
      'both',
      [
        { name: 'http', containerPort: 8080 },
        { name: 'grpc-port', containerPort: 9000 },
      ],
    ] as const,
    ['grpc', [{ name: 'grpc-port', containerPort: 9000 }]] as const,
  ].map(([name, ports]) =>
    serviceOf(name, { containers: [{ name: 'kserve-container', image: 'i', ports: [...ports] }] }),
  ),
];

const config = parseServingConfig({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'inferenceservice-config' },
  data: {
    ingress: JSON.stringify({
      pathTemplate: '/serving/{{ .Namespace }}/{{ .Name }}',
      additionalIngressDomains: ['models.example'],
    }),
  },
});

async function startEmptyEngine(t: TestContext): Promise<Client> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-gateways-'));
  const engine = await startEngine({ dataDir, log: silentLog });
  t.after(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  return createClient({ transport: engine.handle, fieldManager: 'test' });
}

const plurals: Readonly<Record<string, string>> = { HTTPRoute: 'httproutes', GRPCRoute: 'grpcroutes' };
const gatewayPlurals: Readonly<Record<string, string>> = { Gateway: 'gateways', GatewayClass: 'gatewayclasses' };

/** The answer to creating an object under strict field validation, without keeping it. */
async function tryStrictly(client: Client, object: KubeObject): Promise<{ status: number; message: string }> {
  const { namespace } = object.metadata;
  const plural = plurals[object.kind] ?? gatewayPlurals[object.kind];
  const response = await client.request({
    method: 'POST',
    path: `/apis/${object.apiVersion}${namespace ? `/namespaces/${namespace}` : ''}/${plural}?fieldValidation=Strict&dryRun=All`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  let message = '';
  for await (const chunk of response.body) message += Buffer.from(chunk).toString();
  return { status: response.status, message };
}

for (const release of releases) {
  test(`${release.name} takes every route of every implementation, and every preset`, { skip }, async (t) => {
    const client = await startEmptyEngine(t);
    await installGatewayRelease(client, release);
    const api = readGatewayApi(release.definitions);
    assert.equal(`${api.version} ${api.channel}`, release.name);
    let tried = 0;
    for (const controller of [...implementations.map(({ controllerName }) => controllerName), 'example.com/gateway']) {
      const capabilities = capabilitiesOf(api, classOf(controller));
      for (const variant of variants) {
        const rendered = renderInferenceService({
          service: defaultInferenceService(structuredClone(variant)),
          runtimes: { namespaced: [], cluster: builtInServingRuntimes() },
          config,
          capabilities,
        });
        assert.equal(rendered.state, 'serving');
        const routes = rendered.objects.filter(({ kind }) => plurals[kind]);
        assert.ok(routes.length >= 2, `${controller} has routes for ${variant.metadata.name}`);
        for (const route of routes) {
          const { status, message } = await tryStrictly(client, route);
          assert.equal(status, 201, `${controller}, ${route.kind} ${route.metadata.name}: ${message}`);
          tried += 1;
        }
      }
    }
    for (const object of gatewayPresets.flatMap((preset) => presetObjects(preset, 'default'))) {
      const { status, message } = await tryStrictly(client, object);
      assert.equal(status, 201, `${object.kind} ${object.metadata.name}: ${message}`);
    }
    assert.ok(tried >= 60, `${tried} routes`);
  });
}

test('a route that was not fitted is refused by definitions before v1.2', { skip }, async (t) => {
  const client = await startEmptyEngine(t);
  const old = releases.find(({ name }) => name === 'v1.1.0 standard');
  assert.ok(old);
  await installGatewayRelease(client, old);
  const rendered = renderInferenceService({
    service: defaultInferenceService(serviceOf('rest', { model })),
    runtimes: { namespaced: [], cluster: builtInServingRuntimes() },
    config,
  });
  const route = rendered.state === 'serving' && rendered.objects.find(({ kind }) => kind === 'HTTPRoute');
  assert.ok(route);
  const { status, message } = await tryStrictly(client, route);
  assert.equal(status, 400);
  assert.match(message, /unknown field \\"spec.rules\[0\].timeouts\\"/);
});

test('what old definitions lose is told, and comes back with new ones', { skip }, async (t) => {
  const { client } = await startTestPlatform(t);
  const [old, young] = ['v1.1.0 standard', 'v1.2.1 standard'].map((name) => releases.find((one) => one.name === name));
  assert.ok(old && young);
  await installGatewayRelease(client, old);
  await client.create(inferenceServices, serviceOf('iris', { model, timeout: 90 }));
  const told = (conditions: Parameters<typeof findCondition>[0]) => findCondition(conditions, 'RoutesComplete');
  const lost = await statusWhen(client, 'iris', ({ conditions }) => told(conditions)?.status === 'False');
  assert.equal(told(lost.conditions)?.reason, 'NotSupportedByGateway');
  assert.match(
    told(lost.conditions)?.message ?? '',
    /HTTPRoute iris: timeouts.request 90s.*Gateway API v1.1.0 \(standard\) has no HTTPRoute.spec.rules.timeouts.request/,
  );
  const at = { namespace: 'default', name: 'iris' };
  assert.equal((await client.get(httpRoutes, at)).spec.rules?.[0]?.timeouts, undefined);

  await installGatewayRelease(client, young);
  await statusWhen(client, 'iris', ({ conditions }) => told(conditions) === undefined);
  await eventually(async () => {
    assert.deepEqual((await client.get(httpRoutes, at)).spec.rules?.[0]?.timeouts, { request: '90s' });
  });
});

test('another class moves the timeout to where its gateway reads it', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(inferenceServices, serviceOf('iris', { model, timeout: 90 }));
  const at = { namespace: 'default', name: 'iris' };
  await eventually(async () => {
    assert.deepEqual((await client.get(httpRoutes, at)).spec.rules?.[0]?.timeouts, { request: '90s' });
  });
  const kong = { ...classOf('konghq.com/kic-gateway-controller'), metadata: { name: 'kong' } };
  await client.create(gatewayClasses, kong);
  await client.patch(gateways, { namespace: 'serval-system', name: 'serval-gateway' }, 'merge', {
    spec: { gatewayClassName: 'kong' },
  });
  await eventually(async () => {
    assert.deepEqual((await client.get(httpRoutes, at)).spec.rules?.[0]?.timeouts, { backendRequest: '90s' });
  });
});
