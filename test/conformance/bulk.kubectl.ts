import assert from 'node:assert/strict';
import { postAll } from './post-all.ts';
import { configMap, conformance } from './support.ts';

const count = 1500;

conformance('bulk', async (t, kubectl) => {
  await t.test('a list of many objects is created, paged through, and deleted', async () => {
    const items = Array.from({ length: count }, (_, i) =>
      configMap(`c${String(i).padStart(4, '0')}`, { i: String(i) }, { bulk: 'yes' }),
    );
    const path = `/api/v1/namespaces/${kubectl.namespace}/configmaps`;
    // One document per object would take kubectl a minute: its requests are throttled.
    const list = { apiVersion: 'v1', kind: 'List', items: items.slice(0, 60) };
    const made = await kubectl.withInput(JSON.stringify(list), 'create', '-f', '-');
    assert.equal(made.trim().split('\n').length, 60);
    await postAll(kubectl.kubeconfig, path, items.slice(60));
    const all = (await kubectl('get', 'cm', '-l', 'bulk=yes', '-o', 'name')).trim().split('\n');
    assert.equal(all.length, count);
    assert.equal(new Set(all).size, count);
    for (const size of ['200', '500', '0']) {
      const names = await kubectl('get', 'cm', '-l', 'bulk=yes', `--chunk-size=${size}`, '--no-headers');
      assert.equal(names.trim().split('\n').length, count, `chunks of ${size}`);
    }
    const { metadata } = JSON.parse(await kubectl('get', '--raw', `${path}?limit=500`));
    assert.ok(metadata.remainingItemCount >= count - 500);
    const removed = JSON.parse(await kubectl.withInput('{}', 'delete', '--raw', `${path}?labelSelector=bulk%3Dyes`));
    assert.equal(removed.kind, 'ConfigMapList');
    assert.equal(await kubectl('get', 'cm', '-l', 'bulk=yes', '-o', 'name'), '');
  });

  await t.test('an object of nearly a megabyte', async () => {
    const data = { big: 'x'.repeat(1_000_000) };
    await kubectl.create(configMap('big', data));
    assert.equal((await kubectl.read('cm', 'big')).data.big.length, data.big.length);
    await kubectl('label', 'cm', 'big', 'a=b');
    assert.match(
      await kubectl.fails(['apply', '-f', '-'], JSON.stringify(configMap('bigger', data))),
      /metadata\.annotations: Too long: (must have at most|may not be more than) 262144 bytes/,
    );
    await kubectl.withInput(JSON.stringify(configMap('bigger', data)), 'apply', '--server-side', '-f', '-');
    const huge = configMap('huge', { a: 'x'.repeat(2_000_000), b: 'y'.repeat(2_000_000) });
    assert.match(
      await kubectl.fails(['create', '-f', '-'], JSON.stringify(huge)),
      /Request entity too large|RequestEntityTooLarge|too large/i,
    );
  });
});
