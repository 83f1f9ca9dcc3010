import assert from 'node:assert/strict';
import { request } from 'node:https';
import { test } from 'node:test';
import { createAuthority, createClientCertificate, createServerCertificate } from '@serval/kube/certificates';
import { silentLog, type Transport } from '@serval/kube/client';
import { serveKubelet } from './serve.ts';

const address = '127.0.0.1';
const handle: Transport = async ({ path }) => ({
  status: path === '/healthz' ? 200 : 404,
  headers: { 'content-type': 'text/plain' },
  body: (async function* () {
    yield Buffer.from('ok');
  })(),
});

test('only a client of a known authority is answered', async (t) => {
  const now = Date.now();
  const authority = await createAuthority('ca', now);
  const { certificate, key } = await createServerCertificate(authority, 'node', [address], now);
  const known = await createClientCertificate(authority, 'api-server', now);
  const stranger = await createClientCertificate(await createAuthority('other', now), 'api-server', now);
  const clientAuthorities = [authority.certificate];
  const served = await serveKubelet({ address, certificate, key, clientAuthorities }, handle, silentLog);
  t.after(() => served.close());
  const send = (path: string, client?: { certificate: string; key: string }) =>
    new Promise<string>((resolve, reject) => {
      const credentials = client ? { cert: client.certificate, key: client.key } : {};
      const options = { host: address, port: served.port, path, ca: authority.certificate, agent: false as const };
      request({ ...options, ...credentials }, (response) => {
        let text = `${response.statusCode} `;
        response
          .setEncoding('utf8')
          .on('data', (chunk) => {
            text += chunk;
          })
          .on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
  assert.equal(await send('/healthz', known), '200 ok');
  assert.equal(await send('/nothing', known), '404 ok');
  await assert.rejects(send('/healthz', stranger));
  await assert.rejects(send('/healthz'));
});
