import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createClient, createSocketTransport } from '@serval/kube/client';
import { type EndpointSlice, StatusError } from '@serval/kube/objects';
import { createSlice } from './write-slice.ts';

test('where loopback addresses are refused, they are written as names', async (t) => {
  const written: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const slice = JSON.parse(await text(request)) as EndpointSlice;
    written.push(`${slice.addressType} ${slice.endpoints[0]?.addresses[0]}`);
    // As upstream answers it.
    const refusal = new StatusError('Invalid', 'endpoints[0].addresses[0]: may not be in the loopback range');
    const refused = slice.addressType === 'IPv4';
    response
      .writeHead(refused ? 422 : 201, { 'content-type': 'application/json' })
      .end(JSON.stringify(refused ? refusal.toStatus() : slice));
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const transport = createSocketTransport({ server: `http://127.0.0.1:${port}` });
  t.after(async () => {
    await transport.close();
    server.close();
  });
  const client = createClient({ transport, fieldManager: 'test' });
  const slice = (address: string): EndpointSlice => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web', namespace: 'a' },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
  });
  const { signal } = new AbortController();
  await createSlice(client, slice('127.1.2.3'), signal);
  assert.deepEqual(written, ['IPv4 127.1.2.3', 'FQDN 127.1.2.3']);
  await assert.rejects(createSlice(client, slice('10.0.0.1'), signal), /loopback range/);
});
