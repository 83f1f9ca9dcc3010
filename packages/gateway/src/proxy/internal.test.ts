import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { openSocket, send, sendRaw, startTestGateway, startUpstream } from '../testing/servers.ts';

test('names of Services lead to their endpoints', async (t) => {
  const upstream = await startUpstream(t, (req, res) => res.end(`<${req.headers.host} ${req.url}>`));
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  for (const host of ['iris.default.svc.cluster.local', 'iris.default.svc:80', 'iris.default']) {
    const text = await sendRaw(
      gateway.internal.address,
      `GET http://${host}/v2?x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      />/,
    );
    assert.match(text, new RegExp(`<${host} /v2\\?x>`));
  }
});

test('what cannot be resolved is told by name', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [] });
  const cases: [host: string, status: number, text: RegExp][] = [
    ['nobody.default.svc.cluster.local', 502, /no Service default\/nobody/],
    ['iris.default.svc:81', 502, /Service default\/iris has no port 81; it has: 80/],
    ['iris.default.svc', 503, /default\/iris:80 has no ready endpoint/],
    [gateway.internal.address, 508, /is this proxy itself/],
  ];
  for (const [host, status, text] of cases) {
    const answer = await send(gateway.internal.address, { headers: { host } });
    assert.equal(answer.status, status, host);
    assert.match(answer.body, text);
  }
});

test('other hosts are reached as by any proxy', async (t) => {
  const upstream = await startUpstream(t, (req, res) => res.end(`outside ${req.headers.host}`));
  const gateway = await startTestGateway(t);
  gateway.serve({});
  const port = upstream.address.split(':')[1];
  for (const host of [upstream.address, `store.localhost:${port}`]) {
    assert.equal((await send(gateway.internal.address, { headers: { host } })).body, `outside ${host}`);
  }
});

test('CONNECT joins two connections, or says why it cannot', async (t) => {
  const upstream = await startUpstream(t, (req, res) => res.end(`<${req.url}>`));
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  for (const target of ['iris.default.svc.cluster.local:80', upstream.address]) {
    const socket = openSocket(gateway.internal.address);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 200/);
    socket.write('GET /in HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(String((await once(socket, 'data'))[0]), /<\/in>/);
    socket.destroy();
  }
  const refused = (target: string) =>
    sendRaw(gateway.internal.address, `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  assert.match(await refused('nobody.default.svc:80'), /^HTTP\/1.1 502[\s\S]*no Service default\/nobody/);
  assert.match(await refused(gateway.internal.address), /^HTTP\/1.1 508/);
  assert.match(await refused('nowhere'), /^HTTP\/1.1 400/);
});
