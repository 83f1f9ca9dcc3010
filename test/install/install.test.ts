import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type CustomResourceDefinition, type InferenceService, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  type AnyObject,
  configMaps,
  deployments,
  gatewayClasses,
  gateways,
  httpRoutes,
  isStatusError,
  namespaces,
  pods,
  services,
} from '@serval/kube/objects';
import { crdsFor } from '@serval/operator/declarations';
import { loadAll } from 'js-yaml';
import { eventually } from '../support/eventually.ts';
import { type Outcome, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';
import { type Cluster, definitions, startCluster, validatingWebhooks } from './support.ts';

const system = 'serval-system';
const service = (name: string): InferenceService => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { namespace: 'default', name },
  spec: { predictor: { xgboost: { storageUri: 's3://models/iris' } } },
});

async function cli(t: TestContext, { kubeconfig }: Cluster): Promise<(...args: string[]) => Promise<Outcome>> {
  const dataDir = await temporaryDirectory(t);
  return (...args) => serval([...args, '--kubeconfig', kubeconfig], { dataDir });
}

async function isThere(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    (error: unknown) => {
      if (isStatusError(error, 'NotFound')) return false;
      throw error;
    },
  );
}

test('install, again, and uninstall', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  const serval = await cli(t, cluster);

  const first = await serval('install');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^Serval is installed in namespace serval-system\n$/);
  assert.match(first.stderr, /deployment\.apps\/serval-operator created[\s\S]*waiting for the operator/);

  const stored = await client.create(inferenceServices, service('iris'));
  assert.equal(stored.spec.predictor.model?.modelFormat.name, 'xgboost', 'defaulted by the webhook');
  await assert.rejects(
    client.create(inferenceServices, { ...service('Bad'), metadata: { namespace: 'default', name: 'bad_name' } }),
    /metadata\.name/,
  );
  await eventually(async () => {
    assert.ok(await isThere(client.get(deployments, { namespace: 'default', name: 'iris-predictor' })));
  });

  await t.test('again changes nothing, and keeps what people wrote', async () => {
    const config = await client.get(configMaps, { namespace: system, name: 'inferenceservice-config' });
    config.data = { ...config.data, logger: '{}' };
    await client.update(configMaps, config);
    const again = await serval('install');
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /created|configured/);
    assert.match(again.stderr, /configmap\/inferenceservice-config kept as it is/);
  });

  await t.test('another gateway: its class and Gateway are made, and services are pointed at it', async () => {
    const moved = await serval('install', '--gateway', 'kong');
    assert.equal(moved.code, 0, moved.stderr);
    assert.match(
      moved.stderr,
      /services move to Gateway serval-gateway-kong; serval-gateway stays until you delete it/,
    );
    assert.match(moved.stderr, /beside it: Kong Ingress Controller/);
    const kong = await client.get(gatewayClasses, { name: 'kong' });
    assert.equal(kong.metadata.annotations?.['konghq.com/gatewayclass-unmanaged'], 'true');
    await client.get(gateways, { namespace: system, name: 'serval-gateway-kong' });
    const config = await client.get(configMaps, { namespace: system, name: 'inferenceservice-config' });
    assert.equal(JSON.parse(config.data?.['ingress'] ?? '').kserveIngressGateway, 'serval-gateway-kong');
    assert.equal(config.data?.['logger'], '{}');
    await eventually(async () => {
      const route = await client.get(httpRoutes, { namespace: 'default', name: 'iris' });
      assert.equal(route.spec.parentRefs?.[0]?.name, 'serval-gateway-kong');
    });
    const again = await serval('install', '--gateway', 'kong');
    assert.doesNotMatch(again.stderr, /created|configured|move/);
  });

  await t.test('not with a class that is of another product', async () => {
    await client.create(gatewayClasses, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'envoy' },
      spec: { controllerName: 'example.com/edge' },
    });
    const { code, stderr } = await serval('install', '--gateway', 'envoy');
    assert.equal(code, 1);
    assert.match(stderr, /GatewayClass envoy is of controller example.com\/edge, expected gateway.envoyproxy.io/);
  });

  await t.test('not into a second namespace', async () => {
    const { code, stderr } = await serval('install', '--namespace', 'other');
    assert.equal(code, 1);
    assert.match(stderr, /Serval is installed in namespace serval-system\n {2}hint: use --namespace serval-system/);
    assert.equal(await isThere(client.get(namespaces, { name: 'other' })), false);
  });

  await t.test('definitions are deleted only when it is asked for twice', async () => {
    const { code, stderr } = await serval('uninstall', '--delete-definitions');
    assert.equal(code, 2);
    assert.match(stderr, /1 of inferenceservices\.serving\.kserve\.io.*\n {2}hint: add --yes-delete-all-objects/);
    assert.ok(await isThere(client.get(deployments, { namespace: system, name: 'serval-operator' })));
  });

  await t.test('uninstall leaves definitions and objects, and nothing that waits for the operator', async () => {
    const { code, stdout, stderr } = await serval('uninstall');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'Serval is uninstalled from namespace serval-system\n');
    assert.ok(await isThere(client.get(inferenceServices, { namespace: 'default', name: 'iris' })));
    assert.ok(await isThere(client.get(deployments, { namespace: 'default', name: 'iris-predictor' })));
    assert.ok(await isThere(client.get(configMaps, { namespace: system, name: 'inferenceservice-config' })));
    assert.equal(await isThere(client.get(validatingWebhooks, { name: 'serval' })), false);
    assert.equal(await isThere(client.get(services, { namespace: system, name: 'serval-webhook' })), false);
    await client.create(inferenceServices, service('later'));
    const twice = await serval('uninstall');
    assert.equal(twice.code, 0, twice.stderr);
    assert.match(twice.stderr, /deployment\.apps\/serval-operator was not there/);
  });

  await t.test('and everything when it is', async () => {
    const { code, stderr } = await serval('uninstall', '--delete-definitions', '--yes-delete-all-objects');
    assert.equal(code, 0, stderr);
    await eventually(async () => {
      assert.equal(await isThere(client.get(definitions, { name: 'inferenceservices.serving.kserve.io' })), false);
    });
  });
});

test('take over from KServe, and give back', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  const serval = await cli(t, cluster);
  await installKServe(client);
  const kserveReplicas = async () =>
    (await client.get(deployments, { namespace: 'kserve', name: 'kserve-controller-manager' })).spec.replicas;
  const kservePods = async () => (await client.list(pods, { namespace: 'kserve' })).items.length;

  await t.test('not without being asked to', async () => {
    const { code, stderr } = await serval('install');
    assert.equal(code, 1);
    assert.match(stderr, /KServe runs here \(kserve\/kserve-controller-manager\), and two operators would fight/);
    assert.match(stderr, /--from-kserve/);
    assert.equal(await isThere(client.get(deployments, { namespace: system, name: 'serval-operator' })), false);
  });

  const taken = await serval('install', '--from-kserve');
  assert.equal(taken.code, 0, taken.stderr);
  assert.equal(await kserveReplicas(), 0);
  assert.equal(await kservePods(), 0);
  assert.equal(await isThere(client.get(validatingWebhooks, { name: kserveWebhook })), false);
  const config = await client.get(configMaps, { namespace: system, name: 'inferenceservice-config' });
  assert.equal(config.data?.['ingress'], '{"ingressDomain": "models.example"}');
  assert.equal(await converter(client), 'serval-system/serval-webhook');
  const stored = await client.create(inferenceServices, service('iris'));
  assert.ok(stored.spec.predictor.model, 'defaulted by our webhook');

  await t.test('again goes on from where it is', async () => {
    const again = await serval('install', '--from-kserve');
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /created|configured/);
  });

  await t.test('and back', async () => {
    const back = await serval('uninstall', '--to-kserve');
    assert.equal(back.code, 0, back.stderr);
    assert.equal(back.stdout, 'Serval is uninstalled, and KServe is back\n');
    assert.equal(await kserveReplicas(), 1);
    const webhook = await client.get(validatingWebhooks, { name: kserveWebhook });
    assert.equal(webhook.webhooks?.[0]?.clientConfig.service?.namespace, 'kserve');
    assert.equal(await converter(client), 'kserve/llmisvc-webhook-server-service');
    await eventually(async () => assert.equal(await kservePods(), 1));
    const { code, stderr } = await serval('uninstall', '--to-kserve');
    assert.equal(code, 1);
    assert.match(stderr, /there is no ConfigMap serval-system\/serval-kserve-handover/);
  });
});

const kserveWebhook = 'inferenceservice.serving.kserve.io';
const llmDefinition = 'llminferenceservices.serving.kserve.io';

/** Whom API servers ask to convert. */
async function converter(client: Client): Promise<string> {
  const { spec } = await client.get(definitions, { name: llmDefinition });
  const { conversion } = spec as unknown as CustomResourceDefinition['spec'];
  const config = conversion?.webhook?.['clientConfig'] as { service?: { namespace: string; name: string } } | undefined;
  return `${config?.service?.namespace}/${config?.service?.name}`;
}

/** What of KServe an installer looks at: its controller, its configuration, its webhooks. */
async function installKServe(client: Client): Promise<void> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kserve' } });
  const labels = { 'control-plane': 'kserve-controller-manager' };
  await client.create(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'kserve', name: 'kserve-controller-manager', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'manager', image: 'kserve/kserve-controller:v0.20.0' }] },
      },
    },
  });
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kserve', name: 'inferenceservice-config' },
    data: { ingress: '{"ingressDomain": "models.example"}' },
  });
  await client.create(validatingWebhooks, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: kserveWebhook },
    webhooks: [
      {
        name: 'inferenceservice.kserve-webhook-server.validator',
        clientConfig: { service: { namespace: 'kserve', name: 'kserve-webhook-server-service', path: '/validate' } },
        rules: [
          {
            apiGroups: ['serving.kserve.io'],
            apiVersions: ['v1beta1'],
            resources: ['inferenceservices'],
            operations: ['CREATE', 'UPDATE'],
            scope: '*',
          },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
      },
    ],
  });
  const webhooks = { service: { namespace: 'kserve', name: 'llmisvc-webhook-server-service' } };
  const definition = crdsFor({ webhooks }).find(({ metadata }) => metadata.name === llmDefinition);
  await client.apply(definitions, definition as never, { fieldManager: 'kserve' });
  await eventually(async () => assert.equal((await client.list(pods, { namespace: 'kserve' })).items.length, 1));
}

test('what is asked wrongly, or cannot work, changes nothing', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const install = (...args: string[]) => serval(['install', ...args], { dataDir });
  for (const [args, message] of [
    [['--namespace', 'A_b', '--print'], /--namespace A_b: expected lower-case/],
    [['--certificates', 'magic', '--print'], /Allowed choices are self-managed, cert-manager/],
  ] as const) {
    const { code, stderr } = await install(...args);
    assert.notEqual(code, 0);
    assert.match(stderr, message);
  }
  const printed = await install(
    '--print',
    '--namespace',
    'models',
    '--gateway-class',
    'istio',
    '--image',
    'registry.example/op:1',
  );
  assert.equal(printed.code, 0, printed.stderr);
  const objects = loadAll(printed.stdout) as AnyObject[];
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const kind of ['CustomResourceDefinition', 'Namespace', 'ClusterRole', 'Deployment', 'Gateway'])
    assert.ok(kinds.has(kind), kind);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  assert.equal(find('Gateway')?.['spec'].gatewayClassName, 'istio');
  assert.equal(find('Deployment')?.['spec'].template.spec.containers[0].image, 'registry.example/op:1');
  for (const { metadata } of objects) assert.ok([undefined, 'models'].includes(metadata.namespace), metadata.name);
});

test('not onto a platform of serval up, which has an operator of its own', async (t) => {
  const platform = await startPlatform(t);
  const run = (...args: string[]) =>
    serval([...args, '--kubeconfig', platform.kubeconfig], { dataDir: platform.dataDir });
  for (const command of ['install', 'uninstall']) {
    const { code, stderr } = await run(command);
    assert.equal(code, 1);
    assert.match(stderr, /this is the API server of `serval up`/);
  }
});
