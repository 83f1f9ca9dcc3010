import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { configMaps, pods } from '../objects/index.ts';
import { createClient } from './create-client.ts';
import { createSocketTransport } from './socket-transport.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

async function startServer(t: TestContext, listener: Listener) {
  const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const transport = createSocketTransport({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'secret',
  });
  t.after(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  return createClient({ transport, fieldManager: 'tester' });
}

test('requests carry path, query, headers and body as Kubernetes expects them', async (t) => {
  const seen: string[] = [];
  const client = await startServer(t, async (request, response) => {
    const { authorization, 'content-type': type, 'user-agent': agent } = request.headers;
    seen.push([request.method, request.url, authorization, agent, type, await text(request)].join(' '));
    response
      .setHeader('content-type', 'application/json')
      .end('{"kind":"PodList","metadata":{},"items":[{"metadata":{}}]}');
  });
  const web = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'a' } };
  await client.get(pods, { namespace: 'a', name: 'web' });
  const list = await client.list(pods, { labelSelector: 'a in (b,c)', limit: 5 });
  assert.deepEqual(list.items, [{ apiVersion: 'v1', kind: 'Pod', metadata: {} }]);
  await client.create(configMaps, web, { dryRun: true });
  await client.update(configMaps, web, { fieldValidation: 'Strict' });
  await client.patch(configMaps, web.metadata, 'merge', { data: null }, { subresource: 'status' });
  await client.apply(configMaps, { ...web, metadata: { ...web.metadata, managedFields: [] } }, { force: true });
  await client.delete(configMaps, web.metadata, { propagationPolicy: 'Background' });
  const body = JSON.stringify(web);
  const from = 'Bearer secret serval';
  assert.deepEqual(seen, [
    `GET /api/v1/namespaces/a/pods/web ${from}  `,
    `GET /api/v1/pods?labelSelector=a+in+%28b%2Cc%29&limit=5 ${from}  `,
    `POST /api/v1/namespaces/a/configmaps?fieldManager=tester&dryRun=All ${from} application/json ${body}`,
    `PUT /api/v1/namespaces/a/configmaps/web?fieldManager=tester&fieldValidation=Strict ${from} application/json ${body}`,
    `PATCH /api/v1/namespaces/a/configmaps/web/status?fieldManager=tester ${from} application/merge-patch+json {"data":null}`,
    `PATCH /api/v1/namespaces/a/configmaps/web?fieldManager=tester&force=true ${from} application/apply-patch+yaml ${body}`,
    `DELETE /api/v1/namespaces/a/configmaps/web ${from} application/json {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}`,
  ]);
});

test('a Status becomes a StatusError, and so does a failure of something in between', async (t) => {
  const client = await startServer(t, (request, response) => {
    const proxy = request.url?.endsWith('proxy');
    response.writeHead(proxy ? 502 : 409, { 'retry-after': '3' });
    response.end(
      proxy
        ? '<html>bad gateway</html>'
        : '{"kind":"Status","reason":"AlreadyExists","message":"it is there","code":409}',
    );
  });
  await assert.rejects(client.get(pods, { namespace: 'a', name: 'web' }), {
    name: 'StatusError',
    reason: 'AlreadyExists',
    message: 'it is there',
    details: { retryAfterSeconds: 3 },
  });
  await assert.rejects(client.get(pods, { namespace: 'a', name: 'proxy' }), {
    reason: 'InternalError',
    code: 502,
    message: 'the server answered 502: <html>bad gateway</html>',
  });
});

test('watch events come in pieces of any size, and an ERROR event throws', async (t) => {
  const events = [
    { type: 'ADDED', object: { metadata: { name: 'é' } } },
    { type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } },
    { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } },
  ];
  const bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const client = await startServer(t, (_, response) => {
    for (const byte of bytes) response.write(Buffer.from([byte]));
    response.end();
  });
  const seen: unknown[] = [];
  await assert.rejects(
    async () => {
      for await (const event of client.watch(pods)) seen.push(event);
    },
    { code: 410, reason: 'Expired' },
  );
  assert.deepEqual(seen, events.slice(0, 2));
});

test('a watch ends quietly when aborted, and the server sees the connection go', async (t) => {
  const gone = Promise.withResolvers<void>();
  const client = await startServer(t, (_, response) => {
    response.on('close', gone.resolve);
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
  });
  const controller = new AbortController();
  for await (const _ of client.watch(pods, { signal: controller.signal })) controller.abort();
  await gone.promise;
});

test('no answer is a ConnectionError that says why', async (t) => {
  const refused = createClient({
    transport: createSocketTransport({ server: 'http://127.0.0.1:1' }),
    fieldManager: 't',
  });
  await assert.rejects(refused.list(pods), {
    name: 'ConnectionError',
    code: 'Refused',
    message:
      'API server http://127.0.0.1:1 cannot be used: nothing listens there: is the API server running? (ECONNREFUSED)',
  });
  const cut = await startServer(t, (request) => request.socket.destroy());
  await assert.rejects(cut.list(pods), { name: 'ConnectionError', code: 'Reset' });
  const lying = await startServer(t, (_, response) => response.end('hello'));
  await assert.rejects(lying.list(pods), { name: 'ConnectionError', code: 'BadAnswer' });
  const silent = await startServer(t, () => {});
  await assert.rejects(silent.list(pods, { signal: AbortSignal.abort() }), { code: 'Aborted' });
});

test('an empty list may come as null', async (t) => {
  const client = await startServer(t, (_request, response) => {
    response
      .setHeader('content-type', 'application/json')
      .end('{"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"1"},"items":null}');
  });
  assert.deepEqual((await client.list(pods)).items, []);
});
