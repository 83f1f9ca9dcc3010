import assert from 'node:assert/strict';
import { configMap, conformance, deployment, pod } from './support.ts';

conformance('delete', async (t, kubectl) => {
  const names = async (...args: string[]) =>
    (await kubectl('get', ...args, '-o', 'name')).trim().split('\n').filter(Boolean);

  await t.test('by name, by file, by label, all', async () => {
    await kubectl.create(
      ...['a', 'b', 'c', 'd'].map((name) => configMap(name, {}, { set: name < 'c' ? 'one' : 'two' })),
    );
    assert.match(await kubectl('delete', 'cm', 'a'), /^configmap "a" deleted/);
    assert.equal(
      await kubectl.fails(['delete', 'cm', 'a']),
      'Error from server (NotFound): configmaps "a" not found\n',
    );
    assert.equal(await kubectl('delete', 'cm', 'a', '--ignore-not-found'), '');
    await kubectl('delete', 'cm', '-l', 'set=one');
    assert.deepEqual(await names('cm', '-l', 'set'), ['configmap/c', 'configmap/d']);
    await kubectl.withInput(JSON.stringify(configMap('c')), 'delete', '-f', '-');
    await kubectl('delete', 'cm', '--all');
    assert.deepEqual(await names('cm', '-l', 'set'), []);
    await kubectl.create(configMap('f1'), configMap('f2'));
    await kubectl('delete', 'cm', '--field-selector=metadata.name=f1');
    assert.deepEqual(await names('cm', '--field-selector=metadata.name!=kube-root-ca.crt'), ['configmap/f2']);
  });

  await t.test('--dry-run deletes nothing', async () => {
    assert.match(await kubectl('delete', 'cm', 'f2', '--dry-run=server'), /\(server dry run\)/);
    assert.match(await kubectl('delete', 'cm', 'f2', '--dry-run=client'), /\(dry run\)/);
    assert.deepEqual(await names('cm', 'f2'), ['configmap/f2']);
  });

  await t.test('the three ways to treat dependents', async () => {
    for (const name of ['background', 'foreground', 'orphan']) await kubectl.create(deployment(name));
    await kubectl('delete', 'deployment', 'background', '--cascade=background');
    assert.deepEqual(await names('deployments'), ['deployment.apps/foreground', 'deployment.apps/orphan']);
    for (const [name, finalizer] of [
      ['foreground', 'foregroundDeletion'],
      ['orphan', 'orphan'],
    ] as const) {
      await kubectl('delete', 'deployment', name, `--cascade=${name}`, '--wait=false');
      const live = await kubectl.try(['get', 'deployment', name, '-o', 'json']);
      // A real cluster's garbage collector may have been here already.
      if (live.code !== 0) continue;
      const { metadata } = JSON.parse(live.stdout);
      assert.deepEqual(metadata.finalizers, [finalizer]);
      assert.ok(metadata.deletionTimestamp);
      await kubectl.try(['patch', 'deployment', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    }
    assert.deepEqual(await names('deployments'), []);
  });

  await t.test('finalizers hold an object until they are gone', async () => {
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', finalizers: ['conformance.test/hold'] },
    });
    await kubectl('delete', 'cm', 'held', '--wait=false');
    const { metadata } = await kubectl.read('cm', 'held');
    assert.ok(metadata.deletionTimestamp);
    await kubectl('delete', 'cm', 'held', '--wait=false');
    assert.equal((await kubectl.read('cm', 'held')).metadata.resourceVersion, metadata.resourceVersion);
    const timedOut = await kubectl.fails(['delete', 'cm', 'held', '--timeout=1s']);
    assert.match(timedOut, /timed out waiting for the condition/);
    assert.match(
      await kubectl.fails([
        'patch',
        'cm',
        'held',
        '--type=merge',
        '-p',
        '{"metadata":{"finalizers":["conformance.test/hold","x.test/new"]}}',
      ]),
      /no new finalizers can be added if the object is being deleted/,
    );
    const waiting = kubectl('delete', 'cm', 'held', '--timeout=20s', '--ignore-not-found');
    await kubectl('patch', 'cm', 'held', '--type=json', '-p', '[{"op":"remove","path":"/metadata/finalizers"}]');
    await waiting;
    assert.match(await kubectl.fails(['get', 'cm', 'held']), /NotFound/);
  });

  await t.test('pods at once', async () => {
    await kubectl.create(pod('now'), pod('forced'), pod('plain'));
    await kubectl('delete', 'pod', 'now', '--now');
    const forced = await kubectl.try(['delete', 'pod', 'forced', '--grace-period=0', '--force']);
    assert.equal(forced.code, 0);
    assert.match(forced.stdout, /pod "forced" force deleted/);
    await kubectl('delete', 'pod/plain');
    assert.deepEqual(await names('pods'), []);
  });

  await t.test('preconditions', async () => {
    await kubectl.create(configMap('pre'));
    const path = `/api/v1/namespaces/${kubectl.namespace}/configmaps/pre`;
    const refused = await kubectl.fails(
      ['delete', '--raw', path, '-f', '-'],
      JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'other' } }),
    );
    // Older releases of kubectl ignore the body of a raw delete.
    assert.match(refused, /Conflict|Precondition failed|unknown|NotFound/);
  });
});
