import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLeaderElector, silentLog } from '@serval/kube/client';
import { leases } from '@serval/kube/objects';
import { startServer } from './support.ts';

test('one leads, the next takes over when it lets go', async (t) => {
  const { client } = await startServer(t);
  const order: string[] = [];
  const candidate = (identity: string) => {
    const stop = new AbortController();
    const leading = Promise.withResolvers<void>();
    const elector = createLeaderElector({
      client,
      namespace: 'default',
      name: 'operator',
      identity,
      signal: stop.signal,
      retryPeriodMs: 20,
      log: silentLog,
      async lead(signal) {
        order.push(`${identity} leads`);
        leading.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        order.push(`${identity} ends`);
      },
    });
    t.after(() => stop.abort());
    return { elector, leading: leading.promise, stop: () => stop.abort() };
  };
  const first = candidate('first');
  await first.leading;
  const second = candidate('second');
  assert.equal(first.elector.isLeader, true);
  first.stop();
  await first.elector.done;
  await second.leading;
  const lease = await client.get(leases, { namespace: 'default', name: 'operator' });
  assert.equal(lease.spec.holderIdentity, 'second');
  assert.equal(lease.spec.leaseTransitions, 1);
  second.stop();
  await second.elector.done;
  assert.deepEqual(order, ['first leads', 'first ends', 'second leads', 'second ends']);
});
