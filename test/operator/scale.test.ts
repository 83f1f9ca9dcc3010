import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEmbedded } from '../../bench/operator/api-server.ts';
import { brokenLimits } from '../../bench/operator/limits.ts';
import { measureOperator } from '../../bench/operator/measure.ts';

const services = 50;

test('of many services made at once each child is written once and each status twice, and nothing at rest or at a new start', async (t) => {
  const server = await startEmbedded();
  t.after(() => server.close());
  const run = await measureOperator(server, { services, quietMs: 1_500, restMs: 3_000, playedAtOnce: 1 });
  assert.deepEqual(brokenLimits(run), [], JSON.stringify(run, null, 1));
  assert.ok(run.children >= 4 * services);

  await t.test('limits are told when they are broken', () => {
    const more = { ...run.life.requests, 'patch deployments': 1, 'update inferenceservices/status': 3 * services };
    assert.deepEqual(
      brokenLimits({ ...run, life: { ...run.life, requests: more } }).map((text) => text.replace(/:.*/, '')),
      ['writes of children', 'writes of statuses'],
    );
    const restart = { requests: { 'patch services': 1, 'update leases': 5, 'list pods': 9 }, changedObjects: 1 };
    assert.equal(brokenLimits({ ...run, rest: restart, restart }).length, 3);
    assert.equal(brokenLimits({ ...run, created: { ...run.created, requests: {} } }).length, 1);
    assert.equal(brokenLimits({ ...run, children: 0, complete: 0, ready: 0, services: 0 }).length > 0, true);
    const memory = { ...run.memory, ready: { now: 1, peak: 251 } };
    assert.deepEqual(brokenLimits({ ...run, memory }), ['MiB of memory: 251, at most 250']);
  });
});
