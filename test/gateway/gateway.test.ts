import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from '@serval/gateway';
import { type Client, silentLog } from '@serval/kube/client';
import { gateways, httpRoutes, isConditionTrue } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { createGateway, createRoute, createService, setEndpoints, startCluster, startServer } from './support.ts';

async function call(address: string, host: string, path = '/', agent: Agent | false = false) {
  const [hostname, port] = address.split(':');
  const req = request({ host: hostname, port, path, headers: { host }, agent }).end();
  return await new Promise<{ status: number; body: string }>((resolve, reject) => {
    req.on('error', reject);
    req.on('response', (res) => {
      text(res).then((body) => resolve({ status: res.statusCode ?? 0, body }), reject);
    });
  });
}

async function start(client: Client) {
  return await startGateway({ client, address: '127.0.0.1', port: 0, internalPort: 0, log: silentLog });
}

test('an HTTPRoute leads requests to the ready endpoints, and statuses say so', async (t) => {
  const { client } = await startCluster(t);
  const gateway = await start(client);
  t.after(() => gateway.close());
  const port = Number(gateway.external.split(':')[1]);
  const server = await startServer(t, (req, res) => res.end(`iris ${req.url}`));
  await createGateway(client, port);
  await createService(client, 'iris');
  await createRoute(client, 'iris', 'iris.localhost', 'iris');
  await eventually(async () => assert.equal((await call(gateway.external, 'iris.localhost')).status, 503));
  await setEndpoints(client, 'iris', [server.address]);
  await eventually(async () => assert.equal((await call(gateway.external, 'iris.localhost')).status, 200));
  assert.equal((await call(gateway.external, `iris.localhost:${port}`, '/v1/models')).body, 'iris /v1/models');
  assert.equal((await call(gateway.external, 'other.localhost')).status, 404);
  assert.equal((await call(gateway.internal, 'iris.default.svc.cluster.local', '/in')).body, 'iris /in');
  const missing = await call(gateway.internal, 'nobody.default.svc', '/in');
  assert.equal(missing.status, 502);
  assert.match(missing.body, /no Service default\/nobody/);

  await eventually(async () => {
    const { status } = await client.get(gateways, { namespace: 'default', name: 'gw' });
    assert.ok(isConditionTrue(status?.conditions, 'Accepted') && isConditionTrue(status?.conditions, 'Programmed'));
    assert.equal(status?.listeners?.[0]?.attachedRoutes, 1);
    assert.deepEqual(status?.addresses, [{ type: 'IPAddress', value: '127.0.0.1' }]);
    const route = await client.get(httpRoutes, { namespace: 'default', name: 'iris' });
    const [parent] = route.status?.parents ?? [];
    assert.ok(isConditionTrue(parent?.conditions, 'Accepted') && isConditionTrue(parent?.conditions, 'ResolvedRefs'));
  });
  const versions = async () => {
    const [gw, route] = await Promise.all([
      client.get(gateways, { namespace: 'default', name: 'gw' }),
      client.get(httpRoutes, { namespace: 'default', name: 'iris' }),
    ]);
    return [gw.metadata.resourceVersion, route.metadata.resourceVersion];
  };
  const settled = await versions();
  await setEndpoints(client, 'iris', []);
  await eventually(async () => assert.equal((await call(gateway.external, 'iris.localhost')).status, 503));
  await createService(client, 'other');
  await eventually(async () => assert.equal((await call(gateway.internal, 'other.default')).status, 503));
  assert.deepEqual(await versions(), settled, 'a settled status is not written again');
});

test('a gateway that starts later serves at once what is there', async (t) => {
  const { client } = await startCluster(t);
  const server = await startServer(t, (_req, res) => res.end('here'));
  const first = await start(client);
  const port = Number(first.external.split(':')[1]);
  await createGateway(client, port);
  await createService(client, 'iris');
  await setEndpoints(client, 'iris', [server.address]);
  await createRoute(client, 'iris', 'iris.localhost', 'iris');
  await first.close();
  const second = await startGateway({ client, address: '127.0.0.1', port, internalPort: 0, log: silentLog });
  t.after(() => second.close());
  assert.equal((await call(second.external, 'iris.localhost')).body, 'here');
});

test('endpoints come and go under load without a lost request', async (t) => {
  const { client } = await startCluster(t);
  const gateway = await start(client);
  t.after(() => gateway.close());
  await createGateway(client, Number(gateway.external.split(':')[1]));
  await createService(client, 'iris');
  await createRoute(client, 'iris', 'iris.localhost', 'iris');
  const serve = () => startServer(t, (_req, res) => setImmediate(() => res.end('ok')));
  let current = await serve();
  await setEndpoints(client, 'iris', [current.address]);
  await eventually(async () => assert.equal((await call(gateway.external, 'iris.localhost')).status, 200));
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  const statuses = new Map<number, number>();
  let running = true;
  const load = Array.from({ length: 8 }, async () => {
    while (running) {
      const { status } = await call(gateway.external, 'iris.localhost', '/', agent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await sleep(1);
    }
  });
  for (let round = 0; round < 5; round += 1) {
    const next = await serve();
    await setEndpoints(client, 'iris', [current.address, next.address]);
    await sleep(50);
    // Resets every connection while the slice still names it.
    current.stop();
    await sleep(50);
    await setEndpoints(client, 'iris', [next.address]);
    current = next;
  }
  running = false;
  await Promise.all(load);
  assert.deepEqual([...statuses.keys()], [200]);
});
