import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type Condition, configMaps, events, findCondition, gatewayClasses, gateways } from '@serval/kube/objects';
import { readConditions } from '@serval/operator';
import { gatewayClassName, healthConfigMapName } from '@serval/operator/declarations';
import { eventually } from '../support/eventually.ts';
import { createShiftedClock } from './program/shifted-clock.ts';
import { serviceOf, startTestPlatform, statusWhen } from './support.ts';

const gateway = { namespace: 'serval-system', name: 'serval-gateway' };
const kong = 'konghq.com/kic-gateway-controller';
const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };

test('GatewayReady of the platform and IngressReady of services tell one root cause, once', async (t) => {
  const clock = createShiftedClock(0);
  const { client, writes, restartOperator, told } = await startTestPlatform(t, { clock });
  const ready = async () => findCondition(readConditions((await health(client)).data), 'GatewayReady');
  const readyWhen = (status: string, reason: string) =>
    eventually(async () => {
      clock.advance(1_000);
      const condition = await ready();
      assert.deepEqual([condition?.status, condition?.reason], [status, reason]);
      return condition as Condition;
    });
  await client.create(inferenceServices, serviceOf('iris', { model }));

  await t.test('nobody runs the gateway', async () => {
    const { message } = await readyWhen('Unknown', 'ClassPending');
    assert.match(message ?? '', /has not taken up GatewayClass serval; fix: kubectl describe gatewayclass serval$/);
    assert.match(told(), /^serval_gateway_ready\{gateway="serval-system\/serval-gateway"\} 0$/m);
    assert.match(told(), /^serval_gateway_findings\{id="class-pending",severity="error"\} 1$/m);
    const status = await statusWhen(client, 'iris', (seen) => seen.conditions !== undefined);
    assert.equal(findCondition(status.conditions, 'IngressReady')?.reason, 'ClassPending');
  });

  await t.test('a class of Kong that Kong does not follow, and how to mend it, in both', async () => {
    await client.create(gatewayClasses, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'kong' },
      spec: { controllerName: kong },
    });
    await accept(client, 'kong');
    await client.patch(gateways, gateway, 'merge', { spec: { gatewayClassName: 'kong' } });
    const { message } = await readyWhen('False', 'KongClassManaged');
    assert.match(message ?? '', /fix: kubectl annotate gatewayclass kong konghq\.com\/gatewayclass-unmanaged=true$/);
    const status = await statusWhen(
      client,
      'iris',
      ({ conditions }) => findCondition(conditions, 'IngressReady')?.reason === 'KongClassManaged',
    );
    assert.equal(findCondition(status.conditions, 'IngressReady')?.message, message);
    assert.equal(findCondition(status.conditions, 'Ready')?.status, 'False');
    await eventually(async () => {
      clock.advance(1_000);
      assert.ok(await eventOf(client, 'Warning', 'KongClassManaged'));
    });
  });

  await t.test('at rest nothing is written, nor by the next operator', async () => {
    await quiet(writes);
    const before = [writes.length, (await health(client)).metadata.resourceVersion];
    await client.patch(gateways, gateway, 'merge', { metadata: { annotations: { other: 'x' } } });
    await quiet(writes);
    await restartOperator();
    clock.advance(20_000);
    await quiet(writes);
    assert.deepEqual([writes.length, (await health(client)).metadata.resourceVersion], before, writes.slice(-3).join());
  });

  await t.test('ready once the gateway is', async () => {
    await accept(client, gatewayClassName);
    await client.patch(gateways, gateway, 'merge', { spec: { gatewayClassName } });
    const found = await client.get(gateways, gateway);
    const conditions = ['Accepted', 'Programmed'].map((type) => conditionOf(type, found.metadata.generation));
    const status = { addresses: [{ type: 'IPAddress', value: '10.0.0.1' }], conditions };
    await client.update(gateways, { ...found, status }, { subresource: 'status' });
    await readyWhen('True', 'GatewayReady');
    assert.match(told(), /^serval_gateway_ready\{gateway="serval-system\/serval-gateway"\} 1$/m);
    await statusWhen(
      client,
      'iris',
      ({ conditions: all }) => findCondition(all, 'IngressReady')?.reason === 'RoutePending',
    );
  });

  await t.test('without the Gateway API there is nothing to be ready', async () => {
    const configMap = { namespace: 'serval-system', name: 'inferenceservice-config' };
    await client.patch(configMaps, configMap, 'merge', { data: { ingress: '{"enableGatewayApi": false}' } });
    await eventually(async () => {
      clock.advance(1_000);
      assert.equal(await ready(), undefined);
    });
  });
});

async function health(client: Client) {
  return await eventually(() => client.get(configMaps, { namespace: 'serval-system', name: healthConfigMapName }));
}

async function accept(client: Client, name: string): Promise<void> {
  const found = await client.get(gatewayClasses, { name });
  const status = { conditions: [conditionOf('Accepted', found.metadata.generation)] };
  await client.update(gatewayClasses, { ...found, status }, { subresource: 'status' });
}

async function eventOf(client: Client, type: string, reason: string) {
  const { items } = await client.list(events, { namespace: gateway.namespace });
  return items.find(
    (event) => event.type === type && event.reason === reason && event.involvedObject.kind === 'Gateway',
  );
}

function conditionOf(type: string, generation = 1): Condition {
  const lastTransitionTime = new Date().toISOString();
  return { type, status: 'True', reason: type, message: '', observedGeneration: generation, lastTransitionTime };
}

/** Until nothing has been written for longer than the pace of statuses. */
async function quiet(writes: readonly string[]): Promise<void> {
  for (let seen = -1; seen !== writes.length; ) {
    seen = writes.length;
    await sleep(1200);
  }
}
