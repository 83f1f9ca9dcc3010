import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';
import { parseStoreArguments } from './arguments.ts';
import { startModelStore } from './server.ts';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Sends the path as it is: `fetch` would tidy it. */
async function ask(url: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, path, method, headers, agent: false }).end();
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

async function startStore(scope: Scope): Promise<{ url: string; folder: string }> {
  const parent = await temporaryDirectory(scope);
  const folder = join(parent, 'models');
  await mkdir(join(folder, 'iris', 'v 1'), { recursive: true });
  await writeFile(join(folder, 'iris', 'model.txt'), '0123456789');
  await writeFile(join(folder, 'iris', '.hidden'), 'hidden');
  await writeFile(join(parent, 'secret'), 'secret');
  await writeFile(join(folder, 'a<b>&.txt'), '');
  await symlink('../secret', join(folder, 'out'));
  await symlink('..', join(folder, 'up'));
  await symlink('iris/model.txt', join(folder, 'latest'));
  const store = await startModelStore({ directory: folder, port: 0 });
  scope.after(() => store.close());
  return { url: store.url, folder };
}

test('files, heads, ranges and conditions', async (t) => {
  const { url } = await startStore(t);
  const whole = await ask(url, '/iris/model.txt');
  assert.deepEqual([whole.status, whole.body, whole.headers['content-length']], [200, '0123456789', '10']);
  const etag = String(whole.headers['etag']);
  const modified = String(whole.headers['last-modified']);
  const head = await ask(url, '/latest', {}, 'HEAD');
  assert.deepEqual(
    [head.status, head.body, head.headers['content-length'], head.headers['etag']],
    [200, '', '10', etag],
  );
  const cases: [Record<string, string>, number, string][] = [
    [{ range: 'bytes=2-4' }, 206, '234'],
    [{ range: 'bytes=7-' }, 206, '789'],
    [{ range: 'bytes=-2' }, 206, '89'],
    [{ range: 'bytes=5-500' }, 206, '56789'],
    [{ range: 'bytes=10-' }, 416, 'no such range\n'],
    [{ range: 'bytes=4-2' }, 200, '0123456789'],
    [{ range: 'lines=1-2' }, 200, '0123456789'],
    [{ range: 'bytes=0-1,3-4' }, 200, '0123456789'],
    [{ range: 'bytes=0-1', 'if-range': etag }, 206, '01'],
    [{ range: 'bytes=0-1', 'if-range': '"other"' }, 200, '0123456789'],
    [{ range: 'bytes=0-1', 'if-range': modified }, 206, '01'],
    [{ 'if-none-match': etag }, 304, ''],
    [{ 'if-none-match': `"x", W/${etag}` }, 304, ''],
    [{ 'if-none-match': '"x"', 'if-modified-since': modified }, 200, '0123456789'],
    [{ 'if-modified-since': modified }, 304, ''],
    [{ 'if-match': '"x"' }, 412, ''],
    [{ 'if-match': etag }, 200, '0123456789'],
    [{ 'if-unmodified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' }, 412, ''],
  ];
  for (const [headers, status, body] of cases) {
    const answer = await ask(url, '/iris/model.txt', headers);
    assert.deepEqual([answer.status, answer.body], [status, body], JSON.stringify(headers));
  }
});

test('nothing outside the folder, no dotfiles, no writing', async (t) => {
  const { url } = await startStore(t);
  const cases: [string, number][] = [
    ['/../secret', 404],
    ['/iris/../../secret', 404],
    ['/%2e%2e/secret', 404],
    ['/..%2fsecret', 404],
    ['/..%5csecret', 400],
    ['/%00', 400],
    ['/%zz', 400],
    ['/out', 403],
    ['/up/secret', 403],
    ['/iris/.hidden', 404],
    ['/iris/model.txt/', 404],
    ['/iris/model.txt/x', 404],
    ['/none', 404],
    ['/healthz', 200],
    ['http://model-store.serval-system.svc/iris/model.txt', 200],
    ['//iris//model.txt', 200],
  ];
  for (const [path, status] of cases) {
    const answer = await ask(url, path);
    assert.equal(answer.status, status, `${path}: ${answer.body}`);
    assert.ok(!answer.body.includes('secret\n') || status !== 200, path);
  }
  for (const method of ['PUT', 'POST', 'DELETE']) {
    const answer = await ask(url, '/iris/model.txt', {}, method);
    assert.deepEqual([answer.status, answer.headers['allow']], [405, 'GET, HEAD']);
  }
});

test('folders list as JSON or as a page', async (t) => {
  const { url } = await startStore(t);
  const listing = JSON.parse((await ask(url, '/', { accept: 'application/json' })).body);
  assert.deepEqual(
    listing.entries.map(({ name, kind, sizeBytes }: { name: string; kind: string; sizeBytes?: number }) => [
      name,
      kind,
      sizeBytes,
    ]),
    [
      ['a<b>&.txt', 'file', 0],
      ['iris', 'directory', undefined],
      ['latest', 'file', 10],
    ],
  );
  const page = await ask(url, '/');
  assert.match(page.body, /<a href="\.\/a%3Cb%3E%26\.txt">a&#60;b&#62;&#38;\.txt<\/a>/);
  const bare = await ask(url, '/iris');
  assert.deepEqual([bare.status, bare.headers['location']], [301, '/iris/']);
  const inner = await ask(url, '/iris/', { accept: 'application/json' });
  assert.deepEqual(
    JSON.parse(inner.body).entries.map(({ name }: { name: string }) => name),
    ['model.txt', 'v 1'],
  );
  assert.equal((await ask(url, '//evil.example/')).status, 404);
});

test('garbage on the wire leaves it running', async (t) => {
  const { url } = await startStore(t);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end('nonsense\r\n\r\n');
  await once(socket.resume(), 'close');
  assert.equal((await ask(url, '/healthz')).status, 200);
});

test('address and port come from the Pod where it says so', () => {
  const args = ['--dir', '/models', '--port', '8080'];
  assert.deepEqual(parseStoreArguments(args, {}), { directory: '/models', host: '0.0.0.0', port: 8080 });
  const told = parseStoreArguments(args, { SERVAL_POD_ADDRESS: '127.0.0.1', SERVAL_PORT_8080: '4711' });
  assert.deepEqual(told, { directory: '/models', host: '127.0.0.1', port: 4711 });
  assert.throws(() => parseStoreArguments([], {}), /--dir is missing/);
  assert.throws(() => parseStoreArguments(['--dir', '/', '--port', 'x'], {}), /port "x"/);
});

test('the executable serves until SIGTERM and says what keeps it from starting', async (t) => {
  const folder = await temporaryDirectory(t);
  const executable = fileURLToPath(new URL('../../bin/serval-model-store.js', import.meta.url));
  const environment = { PATH: process.env['PATH'], SERVAL_POD_ADDRESS: '127.0.0.1' };
  const child = spawn(process.execPath, [executable, '--dir', folder, '--port', '0'], { env: environment });
  const [line] = await once(child.stderr, 'data');
  const url = /http:\S+/.exec(String(line))![0];
  assert.equal((await ask(url, '/healthz')).body, 'ok\n');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  const missing = spawn(process.execPath, [executable, '--dir', join(folder, 'none'), '--port', '0'], {
    env: environment,
  });
  const [message] = await once(missing.stderr, 'data');
  assert.match(String(message), /directory .*none does not exist/);
  assert.deepEqual(await once(missing, 'exit'), [1, null]);
});
