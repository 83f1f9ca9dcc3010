import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { customResourceDefinitions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type KubeObject, leases, nodes, type Pod, pods, type Resource } from '@serval/kube/objects';
import { clientOf } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { processesWith } from '../support/processes.ts';
import { repository, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';

interface WebhookConfiguration extends KubeObject {
  webhooks: { clientConfig: { url?: string; caBundle?: string; service?: object } }[];
}
const mutating: Resource<WebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
  namespaced: false,
};
const example = join(repository, 'examples', 'iris');
const store = ['--model-store', join(repository, 'examples')];

test('against another API server everything but the engine is real', async (t) => {
  const kubeconfig = await startBareEngine(t);
  const client = await clientOf(kubeconfig);
  const dataDir = await temporaryDirectory(t);
  const platform = await startPlatform(t, { dataDir, args: ['--kubeconfig', kubeconfig, ...store] });
  assert.equal(platform.kubeconfig, kubeconfig);

  await t.test('its webhooks are called at an address, with an authority of their own', async () => {
    const { webhooks } = await client.get(mutating, { name: 'serval' });
    for (const { clientConfig } of webhooks) {
      assert.match(clientConfig.url ?? '', /^https:\/\/127\.0\.0\.1:\d+\//);
      assert.ok(clientConfig.caBundle);
      assert.equal(clientConfig.service, undefined);
    }
  });

  await t.test('an example becomes ready and predicts; the Pod was mutated on its way', async () => {
    assert.equal((await serval(['apply', '-f', join(example, 'inference-service.yaml')], { dataDir })).code, 0);
    const ready = await serval(['wait', 'isvc/iris', '--for=condition=Ready', '--timeout', '60'], { dataDir });
    assert.equal(ready.code, 0, ready.stderr);
    const predicted = await serval(['predict', 'iris', '-d', `@${join(example, 'input.json')}`], { dataDir });
    assert.equal(predicted.code, 0, predicted.stderr);
    assert.ok(JSON.parse(predicted.stdout).predictions.length > 0);
    const pod = await irisPod(client);
    assert.deepEqual(
      pod.spec.initContainers?.map(({ name }) => name),
      ['storage-initializer'],
    );
  });

  await t.test('the API server reads logs from where the node says it is', async () => {
    const { status } = await client.get(nodes, { name: 'serval' });
    assert.equal(status?.addresses?.find(({ type }) => type === 'InternalIP')?.address, '127.0.0.1');
    assert.ok(status?.daemonEndpoints?.kubeletEndpoint?.Port);
    const logs = await serval(['logs', 'isvc/iris', '-c', 'storage-initializer'], { dataDir });
    assert.equal(logs.code, 0, logs.stderr);
    assert.match(logs.stdout, /\S/);
  });

  await t.test('status and kubeconfig know which API server it is', async () => {
    const status = await serval(['status'], { dataDir });
    assert.equal(status.code, 0, status.stdout + status.stderr);
    assert.equal((await serval(['kubeconfig'], { dataDir })).stdout.trim(), kubeconfig);
  });

  await t.test('a clean stop leaves no process, and no webhook that nobody answers', async () => {
    assert.equal(await platform.stop(), 0, platform.output());
    if (process.platform === 'linux') assert.deepEqual(await processesWith(dataDir), []);
    await assert.rejects(client.get(mutating, { name: 'serval' }), /not found/);
    const definition = await client.get(customResourceDefinitions, { name: 'llminferenceservices.serving.kserve.io' });
    assert.equal(definition.spec.conversion?.strategy, 'None');
    assert.deepEqual(
      definition.spec.versions.filter(({ served }) => served).map(({ name }) => name),
      ['v1alpha2'],
    );
  });
});

test('after kill -9 the next start replaces webhooks that nobody answers', async (t) => {
  const kubeconfig = await startBareEngine(t);
  const dataDir = await temporaryDirectory(t);
  const first = await startPlatform(t, { dataDir, args: ['--kubeconfig', kubeconfig] });
  await first.kill();
  const second = await startPlatform(t, { dataDir, args: ['--kubeconfig', kubeconfig] });
  assert.equal(await second.stop(), 0, second.output());
});

test('where somebody else runs controllers, ours do not run and Pods are not taken', async (t) => {
  const kubeconfig = await startBareEngine(t);
  const client = await clientOf(kubeconfig);
  await client.create(leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'kube-system', name: 'kube-controller-manager' },
    spec: { holderIdentity: 'elsewhere', renewTime: new Date().toISOString().replace('Z', '000Z') },
  });
  const platform = await startPlatform(t, { args: ['--kubeconfig', kubeconfig] });
  assert.match(platform.output(), /controllers off: .*Lease kube-system\/kube-controller-manager/);
  const node = await client.get(nodes, { name: 'serval' });
  assert.deepEqual(
    node.spec?.taints?.map(({ key }) => key),
    ['node.platform.serval.dev/process'],
  );
  const container = { name: 'c', image: 'example.com/any' };
  const create = (name: string, nodeName?: string) =>
    client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [container], ...(nodeName ? { nodeName } : {}) },
    });
  await create('unscheduled');
  await create('given', 'serval');
  await eventually(async () => {
    const { status } = await client.get(pods, { namespace: 'default', name: 'given' });
    assert.equal(status?.containerStatuses?.[0]?.state?.waiting?.reason, 'ImageNotAvailable');
  });
  assert.equal((await client.get(pods, { namespace: 'default', name: 'unscheduled' })).spec.nodeName, undefined);
  assert.equal(await platform.stop(), 0, platform.output());
});

test('an API server elsewhere must be told where this machine is', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const kubeconfig = join(repository, 'test', 'platform', 'testdata', 'elsewhere.yaml');
  const { code, stderr } = await serval(['up', '--gateway-port', '0', '--kubeconfig', kubeconfig], { dataDir });
  assert.equal(code, 2);
  assert.match(stderr, /https:\/\/192\.0\.2\.1:6443 is not on this machine[\s\S]*--advertise-address/);
});

async function startBareEngine(t: TestContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  const program = join(repository, 'test', 'support', 'bare-engine.ts');
  const child = spawn(process.execPath, ['-C', '@serval/source', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await once(child.stdout, 'data');
  return join(directory, 'kubeconfig');
}

async function irisPod(client: Client): Promise<Pod> {
  const labelSelector = 'serving.kserve.io/inferenceservice=iris';
  const [pod] = (await client.list(pods, { namespace: 'default', labelSelector })).items;
  assert.ok(pod);
  return pod;
}
