import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { configMaps } from '@serval/kube/objects';
import { clientOf } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { processesWith } from '../support/processes.ts';
import { repository, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';

const example = join(repository, 'examples', 'iris');
const store = ['--model-store', join(repository, 'examples')];

test('after kill -9 nothing acknowledged is lost, services come back, no process is left', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const first = await startPlatform(t, { dataDir, args: store });
  const applied = await serval(['apply', '-f', join(example, 'inference-service.yaml')], { dataDir });
  assert.equal(applied.code, 0, applied.stderr);
  const ready = await serval(['wait', 'isvc/iris', '--for=condition=Ready', '--timeout', '60'], { dataDir });
  assert.equal(ready.code, 0, ready.stderr);

  const before = process.platform === 'linux' ? await processesWith(dataDir) : [];
  const acknowledged: string[] = [];
  const client = await clientOf(first.kubeconfig);
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let count = 0; ; count++) {
      const name = `written-${writer}-${count}`;
      await client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default' },
        data: { count: `${count}` },
      });
      acknowledged.push(name);
      if (acknowledged.length === 400) await first.kill();
    }
  });
  const outcomes = await Promise.allSettled(writers);
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  assert.ok(acknowledged.length >= 400);

  const second = await startPlatform(t, { dataDir, args: store });
  const found = new Set(
    (await (await clientOf(second.kubeconfig)).list(configMaps, { namespace: 'default' })).items.map(
      (item) => item.metadata.name,
    ),
  );
  assert.deepEqual(
    acknowledged.filter((name) => !found.has(name)),
    [],
  );
  if (process.platform === 'linux') {
    await eventually(async () => {
      const left = new Set(await processesWith(dataDir));
      assert.deepEqual(
        before.filter((pid) => left.has(pid)),
        [],
        'processes of the killed platform still run',
      );
    });
  }

  const again = await serval(['wait', 'isvc/iris', '--for=condition=Ready', '--timeout', '60'], { dataDir });
  assert.equal(again.code, 0, again.stderr);
  const predicted = await serval(['predict', 'iris', '-d', `@${join(example, 'input.json')}`], { dataDir });
  assert.equal(predicted.code, 0, predicted.stderr);
  const expected = JSON.parse(await readFile(join(example, 'expected.json'), 'utf8')) as { predictions: number[][] };
  const answer = JSON.parse(predicted.stdout) as { predictions: number[][] };
  assert.equal(answer.predictions.length, expected.predictions.length);

  assert.equal(await second.stop(), 0);
  if (process.platform === 'linux') assert.deepEqual(await processesWith(dataDir), []);
});
