import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { openSocket, send, sendRaw, startTestGateway, startUpstream } from '../testing/servers.ts';

test('a request reaches an endpoint with Host kept and forwarding headers added', async (t) => {
  const upstream = await startUpstream(t, (req, res) =>
    res.end(JSON.stringify({ url: req.url, headers: req.headers })),
  );
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [upstream.address] });
  const answer = await send(gateway.external.address, {
    path: '/v1/models/iris?x=1',
    headers: {
      host: 'iris.localhost:8080',
      connection: 'close, x-secret',
      'x-secret': 'a',
      te: 'trailers',
      'x-forwarded-for': '10.0.0.1',
    },
  });
  assert.equal(answer.status, 200);
  const seen = JSON.parse(answer.body);
  assert.equal(seen.url, '/v1/models/iris?x=1');
  assert.equal(seen.headers.host, 'iris.localhost:8080');
  assert.equal(seen.headers['x-forwarded-for'], '10.0.0.1, 127.0.0.1');
  assert.equal(seen.headers['x-forwarded-proto'], 'http');
  assert.equal(seen.headers['x-forwarded-host'], 'iris.localhost:8080');
  assert.equal(seen.headers['x-secret'], undefined);
  assert.equal(seen.headers.te, undefined);
});

test('answers of the gateway itself say why', async (t) => {
  const gateway = await startTestGateway(t);
  gateway.serve({ iris: [] }, [
    { matches: [{ path: { value: '/ready' } }], backendRefs: [{ name: 'iris', port: 80 }] },
    { matches: [{ path: { value: '/none' } }], backendRefs: [{ name: 'missing', port: 80 }] },
    { matches: [{ path: { value: '/empty' } }] },
  ]);
  const { address } = gateway.external;
  const cases: [path: string, status: number, text: RegExp][] = [
    ['/other', 404, /no HTTPRoute takes GET \/other for host 127.0.0.1/],
    ['/none', 500, /Service default\/missing does not exist/],
    ['/empty', 500, /no backendRef/],
    ['/ready', 503, /default\/iris:80 has no ready endpoint/],
  ];
  for (const [path, status, text] of cases) {
    const answer = await send(address, { path });
    assert.equal(answer.status, status, path);
    assert.match(JSON.parse(answer.body).error, text);
  }
});

test('bodies stream both ways, chunk by chunk', async (t) => {
  const upstream = await startUpstream(t, (req, res) => req.pipe(res));
  const gateway = await startTestGateway(t);
  gateway.serve({ echo: [upstream.address] });
  const socket = openSocket(gateway.external.address);
  t.after(() => socket.destroy());
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const saw = async (part: string) => {
    while (!text.includes(part)) await once(socket, 'data');
  };
  socket.write('3\r\none\r\n');
  await saw('one');
  socket.write('3\r\ntwo\r\n');
  await saw('two');
  socket.write('0\r\n\r\n');
  await saw('0\r\n\r\n');
  assert.match(text, /^HTTP\/1.1 200/);
});

test('a large body arrives whole', async (t) => {
  const upstream = await startUpstream(t, (req, res) => req.pipe(res));
  const gateway = await startTestGateway(t);
  gateway.serve({ echo: [upstream.address] });
  const body = Buffer.alloc(3_000_000, 'serval');
  const answer = await send(gateway.external.address, { method: 'POST', body });
  assert.equal(answer.body, body.toString());
});

test('Expect: 100-continue is answered only when somebody takes the body', async (t) => {
  const upstream = await startUpstream(t, (req, res) => req.pipe(res));
  const gateway = await startTestGateway(t);
  gateway.serve({ echo: [upstream.address] }, [
    { matches: [{ path: { value: '/echo' } }], backendRefs: [{ name: 'echo', port: 80 }] },
  ]);
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n`;
  const socket = openSocket(gateway.external.address);
  socket.write(head('/echo'));
  const [first] = await once(socket, 'data');
  assert.match(String(first), /^HTTP\/1.1 100/);
  socket.write('hi');
  let rest = '';
  for await (const chunk of socket) rest += chunk;
  assert.match(rest, /^HTTP\/1.1 200[\s\S]*hi/);
  assert.match(await sendRaw(gateway.external.address, head('/nobody'), /\}/), /^HTTP\/1.1 404/);
});

test('pipelined requests are answered in order', async (t) => {
  const upstream = await startUpstream(t, (req, res) => res.end(`<${req.url}>`));
  const gateway = await startTestGateway(t);
  gateway.serve({ echo: [upstream.address] });
  const text = await sendRaw(
    gateway.external.address,
    ['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''),
    /<\/3>/,
  );
  assert.deepEqual(text.match(/<\/\d>/g), ['</1>', '</2>', '</3>']);
});

test('an absolute-form target overrules Host', async (t) => {
  const upstream = await startUpstream(t, (req, res) => res.end(`<${req.headers.host} ${req.url}>`));
  const gateway = await startTestGateway(t);
  gateway.serve({ echo: [upstream.address] });
  const text = await sendRaw(gateway.external.address, 'GET http://other:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n', />/);
  assert.match(text, /<other:81 \/x\?y>/);
});

test('a bad head is refused', async (t) => {
  const gateway = await startTestGateway(t, { limits: { headerBytes: 4096 } });
  gateway.serve({});
  const heads: [head: string, status: number][] = [
    ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(8192)}\r\n\r\n`, 431],
  ];
  for (const [head, status] of heads) {
    const text = await sendRaw(gateway.external.address, head, /\r\n\r\n/);
    assert.equal(text.slice(9, 12), `${status}`, head.slice(0, 60));
  }
});

test('a WebSocket handshake is passed on and both ways are joined', async (t) => {
  const upstream = await startUpstream(t, (_req, res) => res.end('plain'));
  upstream.server.on('upgrade', (req, socket) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${req.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`);
    socket.pipe(socket);
  });
  const gateway = await startTestGateway(t);
  gateway.serve({ ws: [upstream.address] });
  const socket = openSocket(gateway.external.address);
  t.after(() => socket.destroy());
  socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 101/);
  socket.write('ping');
  assert.equal(String((await once(socket, 'data'))[0]), 'ping');
  socket.destroy();
  const plain =
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n';
  assert.match(await sendRaw(gateway.external.address, plain, /plain/), /^HTTP\/1.1 200/);
});
