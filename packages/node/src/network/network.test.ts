import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { allocateAddress, derivedAddress, hasLoopbackRange } from './loopback.ts';
import { allocatePorts } from './ports.ts';

test('an address comes from the uid, and never from 127.0.0.0/16', () => {
  for (let n = 0; n < 500; n += 1) {
    const address = derivedAddress(`pod-${n}`, 0);
    assert.match(address, /^127\.([1-9]\d*)\.\d+\.([1-9]\d*)$/);
    assert.equal(address, derivedAddress(`pod-${n}`, 0));
  }
});

test('addresses of other Pods and of other programs are passed over', async (t) => {
  if (!(await hasLoopbackRange())) return t.skip('only 127.0.0.1 here');
  const first = derivedAddress('u', 0);
  const second = derivedAddress('u', 1);
  assert.equal(await allocateAddress('u', [], new Set()), first);
  assert.equal(await allocateAddress('u', [], new Set([first])), second);
  const server = createServer().listen(0, first);
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.equal(await allocateAddress('u', [port], new Set()), second);
  assert.equal(await allocateAddress('u', [port], new Set(), '127.9.8.7'), '127.9.8.7');
});

test('a port taken on all addresses is told', async (t) => {
  if (!(await hasLoopbackRange())) return t.skip('only 127.0.0.1 here');
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await assert.rejects(allocateAddress('u', [port], new Set()), {
    code: 'PodNetworkUnavailable',
    message: new RegExp(`port ${port} is taken`),
  });
});

test('each declared port gets a real one of its own, and keeps it while it is free', async () => {
  const taken = new Set<number>();
  const one = await allocatePorts([8080, 8081, 8080], taken);
  assert.deepEqual(Object.keys(one), ['8080', '8081']);
  assert.equal(new Set(Object.values(one)).size, 2);
  assert.deepEqual(await allocatePorts([8080], new Set(), one), { 8080: one[8080] });
  const two = await allocatePorts([8080], taken, one);
  assert.notEqual(two[8080], one[8080]);
});
