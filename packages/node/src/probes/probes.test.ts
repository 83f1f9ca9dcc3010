import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Container } from '@serval/kube/objects';
import { attemptProbe, type ProbeTarget, portNumber } from './attempt.ts';
import {
  afterAttempt,
  beginProbe,
  eagerForMs,
  eagerIntervalMs,
  isWorthTelling,
  nextAttemptAtMs,
  type ProbeProgress,
} from './schedule.ts';

test('attempts between the written times can only succeed', () => {
  const probe = { initialDelaySeconds: 2, periodSeconds: 5, failureThreshold: 2 };
  let progress = beginProbe(probe, 0);
  const attempt = (success: boolean, attemptedAtMs: number) => {
    const after = afterAttempt(progress, probe, { success, attemptedAtMs });
    progress = after.progress;
    return after.outcome;
  };
  for (const ms of [100, 200, 1_900]) assert.equal(attempt(false, ms), undefined);
  assert.equal(attempt(false, 2_000), undefined);
  assert.equal(attempt(false, 2_100), undefined);
  assert.equal(attempt(false, 7_000), 'failure');
  assert.equal(attempt(true, 7_100), 'success');
});

test('readiness is asked often until the first success, then as written; liveness as written', () => {
  const probe = { periodSeconds: 10 };
  const begun: ProbeProgress = { ...beginProbe({ initialDelaySeconds: 3 }, 0) };
  assert.equal(nextAttemptAtMs('readiness', begun, 0), eagerIntervalMs);
  assert.equal(nextAttemptAtMs('liveness', begun, 0), 3_000);
  assert.equal(
    nextAttemptAtMs('startup', { ...begun, nextDueAtMs: eagerForMs + 9_000 }, eagerForMs),
    eagerForMs + 1_000,
  );
  const { progress } = afterAttempt(begun, probe, { success: true, attemptedAtMs: 3_000 });
  assert.equal(nextAttemptAtMs('readiness', progress, 3_000), 13_000);
});

test('a server that starts is no news within the first period, and one that fails later is', () => {
  const probe = { periodSeconds: 5, initialDelaySeconds: 1 };
  const begun = beginProbe(probe, 0);
  assert.equal(isWorthTelling('readiness', begun, probe, 5_900), false);
  assert.equal(isWorthTelling('readiness', begun, probe, 6_000), true);
  assert.equal(isWorthTelling('readiness', { ...begun, settled: true }, probe, 2_000), true);
  assert.equal(isWorthTelling('liveness', begun, probe, 1_000), true);
});

test('a command is a process each time, so it is tried once a second', () => {
  const probe = { exec: { command: ['true'] }, initialDelaySeconds: 5 };
  assert.equal(nextAttemptAtMs('readiness', beginProbe(probe, 0), 0), 1_000);
});

test('success takes as many attempts as written', () => {
  const probe = { successThreshold: 2 };
  const first = afterAttempt(beginProbe(probe, 0), probe, { success: true, attemptedAtMs: 0 });
  assert.equal(first.outcome, undefined);
  assert.equal(afterAttempt(first.progress, probe, { success: true, attemptedAtMs: 100 }).outcome, 'success');
});

test('each action is tried for real', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/slow') return;
    response.statusCode = request.url === '/moved' ? 302 : request.headers['x-token'] === 'yes' ? 200 : 503;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const container: Container = { name: 'main', ports: [{ name: 'http', containerPort: 8080 }] };
  const target: ProbeTarget = {
    container,
    address: '127.0.0.1',
    realPort: (declared) => (declared === 8080 ? port : declared),
    exec: async ([word]) => ({ exitCode: word === 'true' ? 0 : 1, output: '', timedOut: word === 'long' }),
  };
  const { signal } = new AbortController();
  const attempt = (probe: Parameters<typeof attemptProbe>[0]) => attemptProbe(probe, target, signal);
  const httpHeaders = [{ name: 'X-Token', value: 'yes' }];
  assert.equal((await attempt({ httpGet: { port: 'http', path: 'x', httpHeaders } })).success, true);
  assert.equal((await attempt({ httpGet: { port: 8080, path: '/moved' } })).success, true);
  assert.deepEqual(await attempt({ httpGet: { port: 8080 } }), {
    success: false,
    message: 'HTTP probe failed with statuscode: 503',
  });
  assert.match(
    (await attempt({ httpGet: { port: 8080, path: '/slow' }, timeoutSeconds: 1 })).message,
    /deadline exceeded/,
  );
  assert.match((await attempt({ httpGet: { port: 'none' } })).message, /no port named "none"; it has: http/);
  assert.match((await attempt({ httpGet: { port: 1 } })).message, /ECONNREFUSED/);
  assert.equal((await attempt({ tcpSocket: { port: 8080 } })).success, true);
  assert.match((await attempt({ tcpSocket: { port: 1 } })).message, /dial tcp 127.0.0.1:1: .*ECONNREFUSED/);
  assert.equal((await attempt({ exec: { command: ['true'] } })).success, true);
  assert.equal((await attempt({ exec: { command: ['false'] } })).success, false);
  assert.match((await attempt({ exec: { command: ['long'] } })).message, /timed out/);
  assert.match((await attempt({ grpc: { port: 1 } })).message, /not supported/);
  assert.equal(portNumber('81', container), 81);
});
