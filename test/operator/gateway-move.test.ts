import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  type Condition,
  configMaps,
  findCondition,
  gatewayClasses,
  gateways,
  httpRoutes,
  ingresses,
  isStatusError,
  type ParentReference,
} from '@serval/kube/objects';
import { gatewayClassName, gatewayControllerName, servalGateway } from '@serval/operator/declarations';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform, statusWhen } from './support.ts';

const iris = { namespace: 'default', name: 'iris' };
const predictor = { namespace: 'default', name: 'iris-predictor' };
const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };
const configMap = { namespace: 'serval-system', name: 'inferenceservice-config' };

const setIngress = (client: Client, ingress: object) =>
  client.patch(configMaps, configMap, 'merge', { data: { ingress: JSON.stringify(ingress) } });

/** As a gateway's controller does with its class. */
async function accept(client: Client): Promise<void> {
  const found = await client.get(gatewayClasses, { name: gatewayClassName });
  const status = { conditions: [conditionOf('Accepted', found.metadata.generation)] };
  await client.update(gatewayClasses, { ...found, status }, { subresource: 'status' });
}

/** As a gateway's controller does once its data plane runs. */
async function program(client: Client, name: string): Promise<void> {
  const at = { namespace: 'serval-system', name };
  const gateway = await client.get(gateways, at);
  const conditions = ['Accepted', 'Programmed'].map((type) => conditionOf(type, gateway.metadata.generation));
  const status = { addresses: [{ type: 'IPAddress', value: '10.0.0.1' }], conditions };
  await client.update(gateways, { ...gateway, status }, { subresource: 'status' });
}

/** As it does with every route that names it; entries of others stay. */
async function take(client: Client, name: string): Promise<void> {
  for (const at of [iris, predictor]) {
    await eventually(async () => {
      const route = await client.get(httpRoutes, at);
      const parentRef = route.spec.parentRefs?.find((ref) => ref.name === name);
      assert.ok(parentRef);
      const conditions = ['Accepted', 'ResolvedRefs'].map((type) => conditionOf(type, route.metadata.generation));
      const others = (route.status?.parents ?? []).filter((entry) => entry.parentRef.name !== name);
      const parents = [...others, { parentRef, controllerName: gatewayControllerName, conditions }];
      await client.update(httpRoutes, { ...route, status: { parents } }, { subresource: 'status' });
    });
  }
}

function conditionOf(type: string, generation = 1): Condition {
  const now = new Date().toISOString();
  return { type, status: 'True', reason: type, message: '', observedGeneration: generation, lastTransitionTime: now };
}

/** Until nothing has been written for longer than the pace of statuses: what waits, waits without a write. */
async function quiet(writes: readonly string[]): Promise<void> {
  let seen = -1;
  for (let round = 0; seen !== writes.length; round += 1) {
    assert.ok(round < 10, writes.slice(-5).join('\n'));
    seen = writes.length;
    await sleep(1200);
  }
}

const parentsOf = async (client: Client, at = iris): Promise<string[]> =>
  ((await client.get(httpRoutes, at)).spec.parentRefs ?? []).map(({ name }: ParentReference) => name);

const ingressReady = (status: { conditions?: Condition[] }) => findCondition(status.conditions, 'IngressReady');

test('another Gateway takes routes over before they leave the former one', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  await client.create(inferenceServices, serviceOf('iris', { model }));
  await eventually(async () => assert.deepEqual(await parentsOf(client), ['serval-gateway']));
  await client.create(gateways, servalGateway('serval-system', 'other', 8081));
  await setIngress(client, { kserveIngressGateway: 'serval-system/other' });
  for (const at of [iris, predictor]) {
    await eventually(async () => assert.deepEqual(await parentsOf(client, at), ['other', 'serval-gateway']));
  }
  // Taken up by a Gateway whose data plane does not run yet: nothing is let go.
  await accept(client);
  await take(client, 'other');
  await statusWhen(client, 'iris', (status) => ingressReady(status)?.reason === 'GatewayPending');
  assert.deepEqual(await parentsOf(client), ['other', 'serval-gateway']);
  await quiet(writes);
  await program(client, 'other');
  for (const at of [iris, predictor]) {
    await eventually(async () => assert.deepEqual(await parentsOf(client, at), ['other']));
  }
  // What was said of the generation before counts no more.
  await statusWhen(client, 'iris', (status) => ingressReady(status)?.reason === 'RoutePending');
  await take(client, 'other');
  await statusWhen(client, 'iris', (status) => ingressReady(status)?.status === 'True');
});

test('a Gateway that is gone is not waited for', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(inferenceServices, serviceOf('iris', { model }));
  await eventually(async () => assert.deepEqual(await parentsOf(client), ['serval-gateway']));
  await setIngress(client, { kserveIngressGateway: 'serval-system/other' });
  await eventually(async () => assert.deepEqual(await parentsOf(client), ['other', 'serval-gateway']));
  await client.delete(gateways, { namespace: 'serval-system', name: 'serval-gateway' });
  await eventually(async () => assert.deepEqual(await parentsOf(client), ['other']));
});

test('HTTPRoutes stay until the Ingress in their place has an address', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  await client.create(inferenceServices, serviceOf('iris', { model }));
  await eventually(() => client.get(httpRoutes, iris));
  await setIngress(client, { enableGatewayApi: false, ingressClassName: 'edge', ingressDomain: 'example.com' });
  const ingress = await eventually(() => client.get(ingresses, iris));
  assert.equal(ingress.spec.ingressClassName, 'edge');
  assert.deepEqual(
    ingress.spec.rules?.map(({ host }) => host),
    ['iris-default.example.com', 'iris-predictor-default.example.com'],
  );
  const status = await statusWhen(client, 'iris', (seen) => ingressReady(seen)?.reason === 'IngressHasNoAddress');
  assert.equal(ingressReady(status)?.status, 'Unknown');
  await quiet(writes);
  await client.get(httpRoutes, iris);
  const withAddress = { ...ingress, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } };
  await client.update(ingresses, withAddress, { subresource: 'status' });
  await eventually(async () => {
    await assert.rejects(client.get(httpRoutes, iris), (error) => isStatusError(error, 'NotFound'));
  });
  const ready = await statusWhen(client, 'iris', (seen) => ingressReady(seen)?.status === 'True');
  assert.equal(ready.url, 'http://iris-default.example.com');
});
