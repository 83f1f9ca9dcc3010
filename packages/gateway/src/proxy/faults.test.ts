import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openSocket, send, sendRaw, startTestGateway, startUpstream } from '../testing/servers.ts';
import type { Observation } from './observe.ts';

/** A server that answers every connection's first bytes as the test says. */
async function startRaw(t: TestContext, onData: (socket: import('node:net').Socket) => void) {
  const sockets = new Set<import('node:net').Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => onData(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as import('node:net').AddressInfo).port}`;
}

/** An address at which nobody listens. */
async function deadAddress(t: TestContext): Promise<string> {
  const upstream = await startUpstream(t, () => {});
  await upstream.stop();
  return upstream.address;
}

test('an endpoint that refuses is passed over, whatever the method', async (t) => {
  const upstream = await startUpstream(t, (req, res) => req.pipe(res));
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [await deadAddress(t), upstream.address] });
  const large = Buffer.alloc(200_000, 'x');
  for (let i = 0; i < 4; i += 1) {
    assert.equal((await send(gateway.external.address, { method: 'POST', body: 'small' })).body, 'small');
    assert.equal((await send(gateway.external.address, { method: 'POST', body: large })).body, large.toString());
  }
});

test('when every endpoint refuses, the answer names one', async (t) => {
  const dead = await deadAddress(t);
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [dead] });
  const answer = await send(gateway.external.address);
  assert.equal(answer.status, 503);
  assert.match(answer.body, new RegExp(`endpoint ${dead} of Service default/iris:80 refused the connection`));
});

test('a connection lost before an answer: idempotent requests go elsewhere, others are told', async (t) => {
  const resetting = await startRaw(t, (socket) => socket.resetAndDestroy());
  const upstream = await startUpstream(t, (_req, res) => res.end('ok'));
  const gateway = await startTestGateway(t);
  gateway.serve({ both: [resetting, upstream.address], bad: [resetting] }, [
    { matches: [{ path: { value: '/both' } }], backendRefs: [{ name: 'both', port: 80 }] },
    { matches: [{ path: { value: '/bad' } }], backendRefs: [{ name: 'bad', port: 80 }] },
  ]);
  for (let i = 0; i < 6; i += 1) assert.equal((await send(gateway.external.address, { path: '/both' })).body, 'ok');
  for (let i = 0; i < 2; i += 1) {
    const put = await send(gateway.external.address, { method: 'PUT', path: '/both', body: 'x' });
    assert.equal(put.body, 'ok');
  }
  assert.equal((await send(gateway.external.address, { method: 'POST', path: '/bad', body: 'x' })).status, 502);
});

test('an answer that breaks off is cut for the client, too', async (t) => {
  const chunked = await startRaw(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', () => socket.resetAndDestroy());
  });
  const short = await startRaw(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'));
  const gateway = await startTestGateway(t);
  for (const address of [chunked, short]) {
    gateway.serve({ iris: [address] });
    await assert.rejects(send(gateway.external.address), /aborted|hang up|ECONNRESET/);
  }
});

test('an endpoint that does not speak HTTP gives 502', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [await startRaw(t, (socket) => socket.end('SSH-2.0-hello\r\n'))] });
  const answer = await send(gateway.external.address);
  assert.equal(answer.status, 502);
  assert.match(answer.body, /does not speak HTTP/);
});

test('timeouts of a rule give 504, and the endpoint is told', async (t) => {
  const closed = Promise.withResolvers<void>();
  const slow = await startUpstream(t, (_req, res) => res.once('close', () => closed.resolve()));
  const gateway = await startTestGateway(t);
  const backendRefs = [{ name: 'slow', port: 80 }];
  gateway.serve({ slow: [slow.address] }, [
    { matches: [{ path: { value: '/request' } }], backendRefs, timeouts: { request: '50ms' } },
    { matches: [{ path: { value: '/backend' } }], backendRefs, timeouts: { backendRequest: '50ms', request: '10s' } },
  ]);
  const first = await send(gateway.external.address, { path: '/request' });
  assert.equal(first.status, 504);
  assert.match(first.body, /request timeout of 50 ms/);
  await closed.promise;
  const second = await send(gateway.external.address, { path: '/backend' });
  assert.equal(second.status, 504);
  assert.match(second.body, /backend request timeout of 50 ms/);
});

test('a client that goes away cancels the request at the endpoint', async (t) => {
  const asked = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const slow = await startUpstream(t, (_req, res) => {
    asked.resolve();
    res.once('close', () => cancelled.resolve());
  });
  const observed = Promise.withResolvers<Observation>();
  const gateway = await startTestGateway(t, { observe: observed.resolve });
  gateway.serve({ slow: [slow.address] });
  const [host, port] = gateway.external.address.split(':');
  const req = request({ host, port }).end();
  req.on('error', () => {});
  await asked.promise;
  req.destroy();
  await cancelled.promise;
  const { aborted, endpoint, service, route } = await observed.promise;
  assert.deepEqual(
    { aborted, endpoint, service, route },
    { aborted: true, endpoint: slow.address, service: 'default/slow:80', route: 'default/r' },
  );
});

test('a client that goes away in the middle of its body leaves nothing behind', async (t) => {
  const cancelled = Promise.withResolvers<void>();
  const upstream = await startUpstream(t, (req, res) => {
    req.on('error', () => {});
    req.on('data', () => {});
    res.once('close', () => cancelled.resolve());
  });
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  const socket = openSocket(gateway.external.address);
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(100_000)}`);
  await once(upstream.server, 'request');
  socket.destroy();
  await cancelled.promise;
});

test('a client that reads slowly slows the endpoint instead of filling memory', async (t) => {
  let written = 0;
  const blocked = Promise.withResolvers<void>();
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const total = 160 * chunk.length;
  const upstream = await startUpstream(t, (_req, res) => void pour(res));
  async function pour(res: ServerResponse): Promise<void> {
    while (written < total) {
      written += chunk.length;
      if (res.write(chunk)) continue;
      const idle = setTimeout(() => blocked.resolve(), 300);
      await once(res, 'drain');
      clearTimeout(idle);
    }
    blocked.resolve();
    res.end();
  }
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  const [host, port] = gateway.external.address.split(':');
  const req = request({ host, port, agent: false }).end();
  const [res] = await once(req, 'response');
  await blocked.promise;
  assert.ok(written < total, `${written} bytes were taken from the endpoint though nobody read them`);
  let read = 0;
  for await (const part of res) read += part.length;
  assert.equal(read, total);
});

test('an endpoint that left finishes what it has begun and gets nothing new', async (t) => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let count = 0;
  const leaving = await startUpstream(t, (_req, res) => {
    count += 1;
    asked.resolve();
    void answer.promise.then(() => res.end('old'));
  });
  const staying = await startUpstream(t, (_req, res) => res.end('new'));
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [leaving.address] });
  const inFlight = send(gateway.external.address);
  await asked.promise;
  gateway.serve({ iris: [staying.address] });
  for (let i = 0; i < 5; i += 1) assert.equal((await send(gateway.external.address)).body, 'new');
  answer.resolve();
  assert.equal((await inFlight).body, 'old');
  assert.equal(count, 1);
});

test('an early answer reaches a client that is still sending', async (t) => {
  const upstream = await startUpstream(t, (_req, res) => {
    res.writeHead(413, { connection: 'close' });
    res.end('too large');
  });
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n';
  assert.match(await sendRaw(gateway.external.address, head + 'x'.repeat(70_000), /too large/), /^HTTP\/1.1 413/);
});

test('a gateway that leads to itself is stopped', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.serve({ self: [gateway.external.address] });
  const answer = await send(gateway.external.address);
  assert.equal(answer.status, 508);
});

test('an endpoint with too many waiting requests takes no more', async (t) => {
  const asked = Promise.withResolvers<void>();
  const upstream = await startUpstream(t, () => asked.resolve());
  const gateway = await startTestGateway(t, { limits: { endpointRequests: 1 } });
  gateway.serve({ iris: [upstream.address] });
  const socket = openSocket(gateway.external.address);
  t.after(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await asked.promise;
  const answer = await send(gateway.external.address);
  assert.equal(answer.status, 503);
  assert.match(answer.body, /1 requests waiting/);
});

test('a connection carries on after a body that nobody wanted', async (t) => {
  const upstream = await startUpstream(t, (req, res) => {
    if (req.method === 'GET') res.end('next');
    else res.writeHead(413, { connection: 'close' }).end('too large');
  });
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  const socket = openSocket(gateway.external.address);
  t.after(() => socket.destroy());
  const size = 2_000_000;
  // The head goes to the endpoint together with the first bytes of the body.
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\nx`);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  while (!answer.includes('too large')) await once(socket, 'data');
  socket.write('x'.repeat(size - 1));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  while (!answer.includes('next')) await once(socket, 'data');
});

test('a body that goes on for ever after the answer ends with its connection', async (t) => {
  const upstream = await startUpstream(t, (_req, res) => res.writeHead(413, { connection: 'close' }).end('too large'));
  const gateway = await startTestGateway(t, { limits: { lingerMs: 50 } });
  gateway.serve({ iris: [upstream.address] });
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n';
  assert.match(await sendRaw(gateway.external.address, head), /^HTTP\/1.1 413/);
});
