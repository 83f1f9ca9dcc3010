import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceDefinitions, type InferenceService, inferenceServices } from '@serval/api';
import { type AnyObject, configMaps, events } from '@serval/kube/objects';
import { readHealthConfigMap } from '@serval/operator';
import { healthConfigMapName, multiVersionCrdNames, webhookConfigurations } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { namespace, type Replica, startTestCluster } from './replicas.ts';
import { createShiftedClock } from './shifted-clock.ts';

const validator = 'ValidatingWebhookConfiguration/serval inferenceservice.serval-webhook.validator';
const roundMs = 31_000;
/** Time that leaps costs a leader its Lease. */
const alone = ['--leader-election', 'off'];

test('webhooks that nobody reaches are told of by name, everywhere, until they answer again', async (t) => {
  const cluster = await startTestCluster(t);
  const clock = createShiftedClock(0);
  const replica = await cluster.startReplica('one', { clock, flags: alone });
  await eventually(async () => assert.equal((await page(replica, '/healthz')).status, 200));
  assert.match((await page(replica, '/healthz?verbose')).body, /\[\+\]webhook Validating.*inferenceservice/);
  assert.equal((await page(replica, '/livez')).body, 'ok');
  const told = () => cluster.client.get(configMaps, { namespace, name: healthConfigMapName });
  await eventually(async () => assert.match((await told()).data?.['summary'] ?? '', /^all \d+ webhooks answer$/));

  cluster.unreachable.add('serval-webhook');
  clock.advance(roundMs);
  await eventually(async () => assert.equal((await page(replica, '/healthz')).status, 503));
  assert.match(
    (await page(replica, '/healthz')).body,
    /\[-\]webhook .* failed: nobody answers at Service models-platform\/serval-webhook:443/,
  );
  const ready = await page(replica, '/readyz?verbose');
  assert.equal(ready.status, 200, 'a Pod that is not ready would leave the Service without anybody to reach');
  assert.match(ready.body, /\[-\]webhook .*does not count here/);
  assert.ok((await metrics(replica)).includes(`serval_webhook_up{webhook="${validator}"} 0`));
  await eventually(async () => {
    const failed = readHealthConfigMap(await told()).filter(({ failure }) => failure);
    assert.ok(failed.some(({ name }) => name === validator));
  });
  await eventually(async () => {
    await cluster.pass(clock, roundMs);
    assert.ok(await eventOf('WebhooksFail'));
  });

  cluster.unreachable.clear();
  clock.advance(roundMs);
  await eventually(async () => assert.equal((await page(replica, '/healthz')).status, 200));
  assert.ok((await metrics(replica)).includes(`serval_webhook_up{webhook="${validator}"} 1`));
  await eventually(async () => {
    await cluster.pass(clock, roundMs);
    assert.ok(await eventOf('WebhooksAnswer'));
  });
  await eventually(async () => assert.match((await told()).data?.['summary'] ?? '', /^all/));

  async function eventOf(reason: string) {
    const { items } = await cluster.client.list(events, { namespace: 'default' });
    return items.find((event) => event.reason === reason && event.involvedObject.name === 'serval');
  }
});

test('probes trust what is stored, not what the operator knows', async (t) => {
  const cluster = await startTestCluster(t);
  const clock = createShiftedClock(0);
  const replica = await cluster.startReplica('one', { clock, flags: alone });
  await eventually(async () => assert.equal((await page(replica, '/healthz')).status, 200));
  const [, validating] = webhookConfigurations({ service: { namespace } });
  const resource = await cluster.resourceOf(validating as unknown as AnyObject);
  await cluster.client.delete(resource, { name: 'serval' });
  clock.advance(roundMs);
  await eventually(async () => {
    assert.match((await page(replica, '/healthz')).body, /ValidatingWebhookConfiguration serval does not exist/);
  });
  // The path is another release's: nobody answers there.
  const other = structuredClone(validating) as unknown as {
    webhooks: { clientConfig: { service: { path: string } } }[];
  };
  for (const { clientConfig } of other.webhooks) clientConfig.service.path += '-old';
  await cluster.client.apply(resource, other as unknown as AnyObject, { force: true });
  clock.advance(roundMs);
  await eventually(async () => {
    assert.match((await page(replica, '/healthz')).body, /validator failed: .* answered 400; .*one release/);
  });
});

test('a definition of several versions that nobody converts is told of', async (t) => {
  const cluster = await startTestCluster(t);
  const clock = createShiftedClock(0);
  const replica = await cluster.startReplica('one', { clock, flags: alone });
  await eventually(async () => assert.equal((await page(replica, '/healthz')).status, 200));
  const [name = ''] = multiVersionCrdNames();
  const patch = { spec: { conversion: { strategy: 'None', webhook: null } } };
  await cluster.client.patch(customResourceDefinitions, { name }, 'merge', patch);
  clock.advance(roundMs);
  await eventually(async () => {
    assert.match((await page(replica, '/healthz')).body, /conversion failed: .*serves several versions, and nobody/);
  });
});

test('a replica that stops is not ready any more, and lets go of the Lease at once', async (t) => {
  const cluster = await startTestCluster(t);
  const one = await cluster.startReplica('one');
  await eventually(async () => assert.ok(one.isLeader));
  const clock = createShiftedClock(0);
  const two = await cluster.startReplica('two', { clock });
  await eventually(async () => assert.equal((await page(two, '/readyz')).status, 200));
  assert.equal(two.isLeader, false);
  await one.stop();
  await eventually(async () => {
    await cluster.pass(clock, 2_000);
    assert.ok(two.isLeader);
  });
});

test('without webhooks there is nothing to serve, to keep or to probe', async (t) => {
  const cluster = await startTestCluster(t, { webhooks: false });
  const replica = await cluster.startReplica('one');
  await eventually(async () => assert.equal((await page(replica, '/healthz')).status, 200));
  assert.equal(replica.parts, undefined);
  const own = await metrics(replica);
  assert.match(own, /serval_operator_leader\{identity="one"\}/);
  assert.match(own, /serval_operator_api_requests_total\{verb="list",resource="inferenceservices",code="200"\} 1\n/);
  assert.match(own, /serval_operator_cached_objects\{resource="configmaps"\} 1\n/);
  assert.match(own, /^process_resident_memory_bytes [1-9]\d{7,}$/m);
  const reconciles = (text: string) =>
    Number(/^serval_operator_reconcile_seconds_total\{controller="inference-service"\} (.+)$/m.exec(text)?.[1] ?? 0);
  const before = reconciles(await metrics(replica));
  await cluster.client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'default', name: 'costs' },
    spec: { predictor: { containers: [{ name: 'kserve-container', image: 'i' }] } },
  } as InferenceService);
  await eventually(async () => {
    const text = await metrics(replica);
    assert.ok(reconciles(text) > before, text);
    assert.match(text, /serval_operator_api_requests_total\{verb="patch",resource="deployments",code="20[01]"\} [1-9]/);
  });
});

async function page({ healthPort }: Replica, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${healthPort}${path}`);
  return { status: response.status, body: await response.text() };
}

async function metrics({ metricsPort }: Replica): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
}
