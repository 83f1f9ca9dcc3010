import assert from 'node:assert/strict';
import { open, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { configMaps } from '@serval/kube/objects';
import { clientOf } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { mountMemory, noMounts } from '../support/mounts.ts';
import { repository, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';

const mebibyte = 1024 * 1024;

test('on a full disk writes are refused, reads go on, and with room again writes work', {
  skip: noMounts,
}, async (t) => {
  const disk = await mountMemory(t, 48 * mebibyte);
  const dataDir = join(disk, 'data');
  const models = join(repository, 'examples');
  const platform = await startPlatform(t, { dataDir, args: ['--model-store', models] });
  const example = join(models, 'iris');
  assert.equal((await serval(['apply', '-f', join(example, 'inference-service.yaml')], { dataDir })).code, 0);
  const ready = await serval(['wait', 'isvc/iris', '--for=condition=Ready', '--timeout', '60'], { dataDir });
  assert.equal(ready.code, 0, ready.stderr);

  await fill(join(disk, 'filler'));
  const create = (name: string) => serval(['apply', '-f', '-'], { dataDir, input: configMap(name) });
  await eventually(async () => {
    // Pages that the database has already may take a few more objects.
    const refused = await create(`full-${Date.now()}`);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /disk of the data directory is full/);
  });
  const read = await serval(['get', 'isvc', 'iris'], { dataDir });
  assert.equal(read.code, 0, read.stderr);
  const predicted = await serval(['predict', 'iris', '-d', `@${join(example, 'input.json')}`], { dataDir });
  assert.equal(predicted.code, 0, predicted.stderr);

  await rm(join(disk, 'filler'));
  await eventually(async () => assert.equal((await create('after')).code, 0));
  const client = await clientOf(platform.kubeconfig);
  assert.equal((await client.get(configMaps, { namespace: 'default', name: 'after' })).data?.['text']?.length, 50_000);
  assert.equal((await serval(['status'], { dataDir })).code, 0);
  assert.equal(await platform.stop(), 0, platform.output());
});

test('a model that does not fit is told with its size and place', { skip: noMounts }, async (t) => {
  const dataDir = join(await mountMemory(t, 24 * mebibyte), 'data');
  const models = await temporaryDirectory(t);
  await writeFile(join(models, 'large.ubj'), '');
  await truncate(join(models, 'large.ubj'), 64 * mebibyte);
  const platform = await startPlatform(t, { dataDir, args: ['--model-store', models] });
  const applied = await serval(['apply', '-f', '-'], { dataDir, input: service('large') });
  assert.equal(applied.code, 0, applied.stderr);
  const client = await clientOf(platform.kubeconfig);
  const message = await eventually(async () => {
    const { status } = await client.get(inferenceServices, { namespace: 'default', name: 'large' });
    assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'False');
    const text = status?.modelStatus?.lastFailureInfo?.message;
    assert.ok(text, JSON.stringify(status));
    return text;
  });
  assert.match(message, /67108864|64(\.0)? MiB/);
  assert.match(message, /\/mnt\/models|node\/pods/);
  assert.equal((await serval(['status'], { dataDir })).code, 0);
  assert.equal(await platform.stop(), 0, platform.output());
});

/** Takes all the room that there is. */
async function fill(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(path.slice(0, path.lastIndexOf('/')));
  const file = await open(path, 'w');
  try {
    const block = Buffer.alloc(bsize);
    for (let written = 0; written <= bavail; written++) await file.write(block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {text: "${'x'.repeat(50_000)}"}\n`;
}

function service(name: string): string {
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: ${name}}
spec:
  predictor:
    model:
      modelFormat: {name: xgboost}
      storageUri: http://model-store.serval-system.svc.cluster.local/${name}.ubj
`;
}
