import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Scope } from '../test-support/temporary-directory.ts';
import { joinChunks, parseAnswerHead } from './answer-head.ts';
import { createDataConnections } from './data-connections.ts';
import { PIECE_BYTES, piecesOf } from './lent-body.ts';

/** Answers each request head with what `answer` writes, byte for byte. */
async function startRaw(scope: Scope, answer: (socket: Socket, count: number) => unknown) {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        text = text.slice(end + 4);
        void answer(socket, requests++);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`);
  const connections = createDataConnections(2000);
  scope.after(() => connections.close());
  const get = () =>
    connections.get(
      { method: 'GET', url, headers: {}, source: 'file', signal: new AbortController().signal },
      undefined,
    );
  return { get, sockets };
}

const head = (bytes: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`;

test('bodies of any size, in any pieces, read fast or slowly, lent or as a stream, arrive as they are', async (t) => {
  let data = Buffer.alloc(0);
  let pieceBytes = 1;
  const { get, sockets } = await startRaw(t, async (socket) => {
    const all = Buffer.concat([Buffer.from(head(data.length)), data]);
    const bytes = pieceBytes;
    for (let from = 0; from < all.length; from += bytes) {
      socket.write(all.subarray(from, from + bytes));
      if (all.length / bytes < 50) await new Promise(setImmediate);
    }
  });
  const size = fc.oneof(fc.nat(100), fc.nat(3 * PIECE_BYTES), fc.constantFrom(PIECE_BYTES, 2 * PIECE_BYTES));
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.integer({ min: 1, max: 400_000 }),
      fc.boolean(),
      fc.boolean(),
      async (bytes, piece, lent, slow) => {
        data = randomBytes(bytes);
        pieceBytes = Math.max(piece, Math.ceil(bytes / 200));
        const response = (await get())!;
        const got: Buffer[] = [];
        const pieces = lent ? piecesOf(response.body) : response.body[Symbol.asyncIterator]();
        for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
          if (slow) await sleep(1);
          got.push(Buffer.from(next.value)); // only good until the next one
        }
        response.body.destroy();
        assert.ok(Buffer.concat(got).equals(data));
      },
    ),
    { numRuns: 60 },
  );
  assert.ok(sockets.size < 10, `${sockets.size} connections for 60 answers, one after the other`);
});

test('a body that ends early brings what there is, then fails', async (t) => {
  const { get } = await startRaw(t, (socket) => socket.end(`${head(1000)}abc`));
  const pieces = piecesOf((await get())!.body);
  assert.equal((await pieces.next()).value!.toString(), 'abc');
  await assert.rejects(async () => pieces.next(), { code: 'ECONNRESET' });
});

test('more than was announced is cut off, and that connection is not used again', async (t) => {
  const { get, sockets } = await startRaw(t, (socket) => socket.write(`${head(3)}abcdef`));
  for (let round = 0; round < 2; round++) {
    const pieces = piecesOf((await get())!.body);
    assert.equal((await pieces.next()).value!.toString(), 'abc');
    assert.equal((await pieces.next()).done, true);
  }
  assert.equal(sockets.size, 2);
});

test('a kept connection that the server has closed meanwhile is no failure', async (t) => {
  const { get, sockets } = await startRaw(t, (socket, count) => {
    if (count === 1) socket.destroy();
    else socket.write(`${head(1)}x`);
  });
  for (let round = 0; round < 2; round++) {
    const pieces = piecesOf((await get())!.body);
    assert.equal((await pieces.next()).value!.toString(), 'x');
    assert.equal((await pieces.next()).done, true);
  }
  assert.equal(sockets.size, 2);
});

test('what needs a full parser is left to one; what is short and in chunks is read', async (t) => {
  const answers = [
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`1000\r\n${'a'.repeat(0x1000)}\r\n`.repeat(80)}0\r\n\r\n`,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na',
    'HTTP/2 200\r\n\r\n',
    'nonsense\r\n\r\n',
  ];
  const { get } = await startRaw(t, (socket, count) =>
    socket.write(
      answers[count] ??
        `HTTP/1.1 ${200 + count} So\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n`,
    ),
  );
  for (const answer of answers) assert.equal(await get(), undefined, answer);
  const listing = (await get())!;
  assert.equal(listing.status, 200 + answers.length);
  assert.equal(Buffer.concat(await listing.body.toArray()).toString(), 'abc');
});

test('a server that is silent, or goes away, is an error', async (t) => {
  const { get } = await startRaw(t, (socket, count) => (count === 0 ? socket.resetAndDestroy() : undefined));
  await assert.rejects(get, { code: 'ECONNRESET' });
  await assert.rejects(get, { code: 'ETIMEDOUT' });
});

test('heads are read as they are meant, and not guessed at', () => {
  const of = (text: string) => parseAnswerHead(text);
  assert.equal(of('HTTP/1.1 200 OK\r\nA: 1\r\na: 2')?.headers['a'], '1, 2');
  assert.equal(of('HTTP/1.1 200\r\nContent-Length: 5')?.bodyBytes, 5);
  assert.equal(of('HTTP/1.0 200 OK\r\nContent-Length: 5')?.keepAlive, false);
  assert.equal(of('HTTP/1.1 200 OK\r\nConnection: close')?.keepAlive, false);
  for (const bad of ['A : 1', ' folded', ': 1', 'no colon'])
    assert.equal(of(`HTTP/1.1 200 OK\r\n${bad}`), undefined, bad);
  for (const bad of ['-1', '5, 5', '0x10', ''])
    assert.equal(of(`HTTP/1.1 200 OK\r\nContent-Length: ${bad}`)?.bodyBytes, undefined);
  assert.equal(joinChunks(Buffer.from('3\r\nabc\r\n0\r\n\r\n'))?.toString(), 'abc');
  for (const bad of ['', '3\r\nab', 'x\r\n', '3\r\nabc\r\n'])
    assert.equal(joinChunks(Buffer.from(bad)), undefined, bad);
});
