import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';
import {
  createGateway,
  createRoute,
  createService,
  setEndpoints,
  startCluster,
  startServer,
  type TestCluster,
} from './support.ts';

const main = fileURLToPath(import.meta.resolve('@serval/gateway/main'));

function spawnGateway(t: TestContext, { kubeconfig }: TestCluster, port = 0) {
  const args = ['-C', '@serval/source', main, '--kubeconfig', kubeconfig, '--port', `${port}`];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code]) => code as number);
  return { child, ended };
}

async function addresses(child: ChildProcess): Promise<{ external: string; internal: string }> {
  const [line] = await once(createInterface({ input: child.stdout! }), 'line');
  return JSON.parse(line);
}

test('SIGTERM lets a request in flight finish; the end of stdin ends the process, too', async (t) => {
  const cluster = await startCluster(t);
  const { child, ended } = spawnGateway(t, cluster);
  const { external, internal } = await addresses(child);
  assert.match(internal, /^127\.0\.0\.1:\d+$/);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const server = await startServer(t, (req, res) => {
    // Requests that come before the signal has arrived must not wait for what comes after it.
    if (req.url !== '/slow') {
      res.end('quick');
      return;
    }
    asked.resolve();
    void answer.promise.then(() => res.end('late'));
  });
  await createGateway(cluster.client, Number(external.split(':')[1]));
  await createService(cluster.client, 'slow');
  await setEndpoints(cluster.client, 'slow', [server.address]);
  await createRoute(cluster.client, 'slow', 'slow.localhost', 'slow');
  const request = (path: string) =>
    new Promise<{ status?: number; body: string }>((resolve, reject) => {
      const req = get(`http://${external}${path}`, { headers: { host: 'slow.localhost' }, agent: false }, (res) => {
        text(res).then((body) => resolve({ status: res.statusCode, body }), reject);
      });
      req.on('error', reject);
    });
  const slow = eventually(async () => {
    const got = await request('/slow');
    assert.equal(got.status, 200);
    return got;
  });
  await asked.promise;
  child.kill('SIGTERM');
  await eventually(async () => assert.rejects(request('/new')));
  answer.resolve();
  assert.equal((await slow).body, 'late');
  assert.equal(await ended, 0);

  const orphan = spawnGateway(t, cluster);
  await addresses(orphan.child);
  orphan.child.stdin!.end();
  assert.equal(await orphan.ended, 0);
});

test('a taken port ends the process with a message that names it', async (t) => {
  const cluster = await startCluster(t);
  const server = await startServer(t, (_req, res) => res.end());
  const port = Number(server.address.split(':')[1]);
  const { child, ended } = spawnGateway(t, cluster, port);
  const said = text(child.stderr!);
  assert.equal(await ended, 1);
  assert.match(await said, new RegExp(`port ${port} on 127.0.0.1 is in use`));
});
