import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import { silentLog } from '@serval/kube/client';
import { listen } from './server.ts';

const large = Buffer.alloc(150_000, 'a');
const rounds = 200;

/** Sends one large request after the other over one connection, in a thread of its own, as the server must not wait for it. */
const client = `
  const { Agent, request } = require('node:https');
  const { parentPort, workerData: { url, ca, size, rounds } } = require('node:worker_threads');
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
  const body = Buffer.alloc(size, 'a');
  const post = () => new Promise((resolve, reject) => {
    const message = request(url, { method: 'POST', agent, headers: { 'content-length': size } });
    message.once('error', reject);
    message.once('response', (answer) => {
      answer.resume();
      answer.once('end', resolve);
      answer.once('error', reject);
    });
    message.end(body);
  });
  (async () => {
    for (let round = 0; round < rounds; round += 1) {
      await post().catch((error) => { throw new Error('round ' + round, { cause: error }); });
    }
    agent.destroy();
    parentPort.postMessage('done');
  })();
`;

test('large requests that follow large answers at once are read whole', async (t) => {
  const authority = await createAuthority('authority', Date.now());
  const certificate = await createServerCertificate(authority, 'server', ['127.0.0.1'], Date.now());
  let received = 0;
  const server = await listen({
    handle: async ({ body }) => {
      received += body?.length ?? 0;
      // As answers that wait for the store: in the tick of the request itself the end of a write is noticed in time.
      await setImmediate();
      return {
        status: 200,
        headers: { 'content-length': String(large.byteLength) },
        body: (async function* () {
          yield large;
        })(),
      };
    },
    host: '127.0.0.1',
    port: 0,
    certificate,
    log: silentLog,
  });
  t.after(() => server.close());
  const workerData = { url: server.url, ca: authority.certificate, size: large.byteLength, rounds };
  const worker = new Worker(client, { eval: true, workerData });
  t.after(() => worker.terminate());
  await once(worker, 'message');
  assert.equal(received, rounds * large.byteLength);
});
