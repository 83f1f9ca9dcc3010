import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { startTestEngine } from '../testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

test('queries and bodies that say nothing sensible are refused', async (t) => {
  const { call } = await startTestEngine(t);
  const json = { 'content-type': 'application/json' };
  const apply = { 'content-type': 'application/apply-patch+yaml' };
  await call('POST', configMaps, { metadata: { name: 'a' } });
  const refused: [Parameters<typeof call>, number][] = [
    [['GET', `${configMaps}?resourceVersionMatch=Odd&resourceVersion=1`], 422],
    [['GET', `${configMaps}?continue=bnVsbA&limit=1`], 400],
    [['GET', `${configMaps}?includeObject=x`], 400],
    [['GET', `${configMaps}/%zz`], 400],
    [['POST', `${configMaps}?fieldManager=%00`, { metadata: { name: 'b' } }], 400],
    [['DELETE', `${configMaps}/a`, '[]', json], 400],
    [['DELETE', `${configMaps}/a`, { preconditions: 5 }, json], 400],
    [['PATCH', `${configMaps}/a?fieldManager=x`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: 5 }, apply], 400],
  ];
  for (const [args, status] of refused) {
    const answer = await call(...args);
    assert.deepEqual([answer.status, answer.body.kind], [status, 'Status'], args.slice(0, 2).join(' '));
  }
  assert.equal((await call('GET', `${configMaps}/a`)).status, 200);
});

test('what is no HTTP, and what is too large, gets a Status; a whole URL is taken as its path', async (t) => {
  const { engine } = await startTestEngine(t);
  const { port } = new URL(engine.url);
  const send = (...pieces: string[]) => exchange(t, Number(port), engine.kubeconfig.caData, pieces);
  const authorization = `Authorization: Bearer ${engine.kubeconfig.token}`;
  assert.match(await send('\x01\x02garbage\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*"kind":"Status"/);
  assert.match(
    await send(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*"code":431/,
  );
  const head = `POST ${configMaps} HTTP/1.1\r\nHost: x\r\n${authorization}\r\nConnection: close\r\n`;
  const megabytes = 'x'.repeat(4 * 1024 * 1024);
  const large = await send(`${head}Content-Length: ${megabytes.length}\r\n\r\n`, megabytes);
  assert.match(large, /^HTTP\/1\.1 413 [\s\S]*"reason":"RequestEntityTooLarge"/);
  const absolute = `GET https://x:1${configMaps} HTTP/1.1\r\nHost: x\r\n${authorization}\r\nConnection: close\r\n\r\n`;
  assert.match(await send(absolute), /^HTTP\/1\.1 200 [\s\S]*"kind":"ConfigMapList"/);
  const two = `GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n${absolute}`;
  assert.match(await send(two), /^HTTP\/1\.1 200 [\s\S]*ok[\s\S]*HTTP\/1\.1 200 /, 'answers in the order of requests');
});

async function exchange(t: TestContext, port: number, ca: string, pieces: string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  const answer = text(socket);
  for (const piece of pieces) socket.write(piece);
  return answer;
}
