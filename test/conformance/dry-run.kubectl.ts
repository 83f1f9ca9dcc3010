import assert from 'node:assert/strict';
import { configMap, conformance, deployment } from './support.ts';

conformance('dry run and diff', async (t, kubectl) => {
  await t.test('a dry run answers as the write would, and writes nothing', async () => {
    const made = JSON.parse(
      await kubectl.withInput(JSON.stringify(deployment('web')), 'create', '-f', '-', '--dry-run=server', '-o', 'json'),
    );
    assert.equal(made.spec.progressDeadlineSeconds, 600);
    assert.ok(made.metadata.uid);
    assert.equal(made.metadata.resourceVersion, undefined);
    assert.match(await kubectl.fails(['get', 'deployment', 'web']), /NotFound/);
    await kubectl.apply(deployment('web'));
    const before = await kubectl.read('deployment', 'web');
    for (const args of [
      ['scale', 'deployment/web', '--replicas=5'],
      ['set', 'image', 'deployment/web', 'main=other'],
      ['label', 'deployment/web', 'a=b'],
      ['annotate', 'deployment/web', 'a=b'],
      ['delete', 'deployment/web'],
    ]) {
      assert.match(await kubectl(...args, '--dry-run=server'), /dry run/, args.join(' '));
    }
    // kubectl does not say so here.
    await kubectl('patch', 'deployment', 'web', '-p', '{"spec":{"replicas":5}}', '--dry-run=server');
    assert.deepEqual(await kubectl.read('deployment', 'web'), before);
    assert.match(
      await kubectl('create', 'namespace', 'never', '--dry-run=server'),
      /namespace\/never created \(server dry run\)/,
    );
    assert.match(
      await kubectl('create', 'configmap', 'never', '--from-literal=a=b', '--dry-run=client', '-o', 'yaml'),
      /a: b/,
    );
    assert.match(
      await kubectl.fails(['create', '-f', '-', '--dry-run=server'], JSON.stringify(configMap('Bad'))),
      /Invalid value: "Bad"/,
    );
  });

  await t.test('diff tells what an apply would change, and exits with 1', async () => {
    const same = await kubectl.try(['diff', '-f', '-'], JSON.stringify(deployment('web')));
    assert.deepEqual([same.code, same.stdout], [0, '']);
    const other = await kubectl.try(['diff', '-f', '-'], JSON.stringify(deployment('web', 'web:2')));
    assert.equal(other.code, 1, other.stderr);
    assert.match(other.stdout, /^-\s+- image: web:1\n(?:.*\n)*?\+\s+- image: web:2$/m);
    const fresh = await kubectl.try(['diff', '-f', '-'], JSON.stringify(configMap('fresh', { a: 'b' })));
    assert.equal(fresh.code, 1, fresh.stderr);
    assert.match(fresh.stdout, /^\+ {2}a: b$/m);
    const server = await kubectl.try(
      ['diff', '--server-side', '--force-conflicts', '-f', '-'],
      JSON.stringify(deployment('web', 'web:3')),
    );
    assert.equal(server.code, 1, server.stderr);
    assert.match(server.stdout, /web:3/);
  });
});
