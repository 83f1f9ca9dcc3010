import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import { createCallWebhook } from './webhook-client.ts';

test('a webhook with a URL is called over TLS, trusted by its caBundle alone', async (t) => {
  const authority = await createAuthority('test-ca', Date.now());
  const { certificate: cert, key } = await createServerCertificate(authority, 'test', ['127.0.0.1'], Date.now());
  const server = createServer({ cert, key }, (request, response) => {
    void json(request).then((body) => {
      const { n } = body as { n: number };
      response.writeHead(n === 0 ? 503 : 200).end(JSON.stringify({ n: n + 1 }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const call = createCallWebhook(undefined);
  const signal = AbortSignal.timeout(10_000);
  const caBundle = Buffer.from(authority.certificate).toString('base64');
  assert.deepEqual(await call({ url, caBundle }, { n: 1 }, signal), { n: 2 });
  await assert.rejects(call({ url, caBundle }, { n: 0 }, signal), /answered 503/);
  const stranger = await createAuthority('test-ca', Date.now());
  const otherBundle = Buffer.from(stranger.certificate).toString('base64');
  await assert.rejects(call({ url, caBundle: otherBundle }, { n: 1 }, signal), /signature|issuer|certificate/);
  await assert.rejects(call({ url: 'http://127.0.0.1/' }, {}, signal), /must be https/);
  await assert.rejects(call({ service: { namespace: 'a', name: 'b' } }, {}, signal), /a\/b cannot be reached/);
});

test('reviews go over a connection that is kept, and over a new one when the webhook ended it', async (t) => {
  const authority = await createAuthority('test-ca', Date.now());
  const { certificate: cert, key } = await createServerCertificate(authority, 'test', ['127.0.0.1'], Date.now());
  let connections = 0;
  let drops = false;
  const server = createServer({ cert, key }, (request, response) => {
    if (drops) {
      // As a server does that ends an idle connection while a request is on its way.
      drops = false;
      request.socket.destroy();
      return;
    }
    void json(request).then((body) => response.end(JSON.stringify(body)));
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const caBundle = Buffer.from(authority.certificate).toString('base64');
  const call = createCallWebhook(undefined);
  const review = (n: number) => call({ url, caBundle }, { n }, AbortSignal.timeout(10_000));
  for (const n of [1, 2, 3]) assert.deepEqual(await review(n), { n });
  assert.equal(connections, 1);
  drops = true;
  assert.deepEqual(await review(4), { n: 4 });
  assert.equal(connections, 2);
});
