import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createAuthority, createClientCertificate, createServerCertificate } from './index.ts';

test('server and client prove themselves to each other by certificates of one authority', async (t) => {
  const authority = await createAuthority('test-ca', Date.now());
  const served = await createServerCertificate(authority, 'server', ['127.0.0.1', 'localhost'], Date.now());
  const client = await createClientCertificate(authority, 'somebody', Date.now());
  const ca = authority.certificate;
  const server = createServer({ ca, cert: served.certificate, key: served.key, requestCert: true }, (socket) => {
    socket.end(`${socket.getPeerCertificate().subject.CN}`);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const open = (options: object) => connect({ host: '127.0.0.1', port, ca, ...options });

  const known = open({ cert: client.certificate, key: client.key });
  assert.equal(await textOf(known), 'somebody');
  // A server's certificate does not make a client.
  const wrong = open({ cert: served.certificate, key: served.key });
  await assert.rejects(textOf(wrong));
});

test('a certificate names its hosts and is the authority’s', async () => {
  const authority = await createAuthority('test-ca', Date.now());
  const { certificate } = await createServerCertificate(authority, 'server', ['127.0.0.1', 'a.example'], Date.now());
  const read = new X509Certificate(certificate);
  assert.equal(read.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(read.checkHost('a.example'), 'a.example');
  assert.equal(read.checkHost('b.example'), undefined);
  assert.ok(read.verify(new X509Certificate(authority.certificate).publicKey));
});

async function textOf(socket: TLSSocket): Promise<string> {
  const ended = once(socket, 'close');
  let text = '';
  let failed: Error | undefined;
  socket.on('error', (error) => {
    failed = error;
  });
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await ended;
  if (failed || text === '') throw failed ?? new Error('the connection was ended');
  return text;
}
