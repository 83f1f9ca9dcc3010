import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { clientOf } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningPlatform, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';

test('bad input gets a specific answer and leaves the rest running', async (t) => {
  const models = await temporaryDirectory(t);
  await writeFile(
    join(models, 'corrupt.ubj'),
    Buffer.from('{L\x00\x00\x00\x00\x00\x00\x00\x07learner{not a model', 'latin1'),
  );
  const dataDir = await temporaryDirectory(t);
  await writeFile(
    join(dataDir, 'images.yaml'),
    '- {match: example.com/quitter, command: [/bin/sh, -c, "echo no licence found >&2; exit 3"]}\n',
  );
  const platform = await startPlatform(t, { dataDir, args: ['--model-store', models] });
  const apply = (yaml: string) => serval(['apply', '-f', '-'], { dataDir, input: yaml });

  await t.test('malformed YAML names line and column', async () => {
    const { code, stderr } = await apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n');
    assert.equal(code, 1);
    assert.match(stderr, /standard input:\d+:\d+: not YAML/);
  });

  await t.test('a wrong type names the field', async () => {
    const { code, stderr } = await apply(service('typed', { minReplicas: '"two"' }));
    assert.equal(code, 1);
    assert.match(stderr, /spec\.predictor\.minReplicas/);
  });

  await t.test('an unknown field is named', async () => {
    const { code, stderr } = await apply(service('field', { modell: '1' }));
    assert.equal(code, 1);
    assert.match(stderr, /modell/);
  });

  await t.test('an unknown model format names the format', async () => {
    assert.equal((await apply(service('format', {}, 'caffe'))).code, 0);
    assert.match(await reasonOf(platform, 'format'), /caffe/);
  });

  await t.test('a storageUri that does not exist names the file', async () => {
    const yaml = service('missing', {}, 'xgboost', 'http://model-store.serval-system.svc.cluster.local/none.ubj');
    assert.equal((await apply(yaml)).code, 0);
    assert.match(await reasonOf(platform, 'missing'), /none\.ubj/);
  });

  await t.test('a corrupt model says what is wrong with it', async () => {
    const yaml = service('corrupt', {}, 'xgboost', 'http://model-store.serval-system.svc.cluster.local/corrupt.ubj');
    assert.equal((await apply(yaml)).code, 0);
    assert.match(await reasonOf(platform, 'corrupt'), /corrupt\.ubj/);
  });

  await t.test('an image that this machine cannot run names the image and the way out', async () => {
    assert.equal((await apply(custom('image', 'registry.example.com/custom:1'))).code, 0);
    await conditionMatches(platform, 'image', 'PredictorReady', /registry\.example\.com\/custom:1[\s\S]*images\.yaml/);
  });

  await t.test('a model server that exits is told with its exit code and last words', async () => {
    assert.equal((await apply(custom('quitter', 'example.com/quitter:2'))).code, 0);
    assert.match(await reasonOf(platform, 'quitter'), /no licence found/);
    const client = await clientOf(platform.kubeconfig);
    const found = await client.get(inferenceServices, { namespace: 'default', name: 'quitter' });
    assert.equal(found.status?.modelStatus?.lastFailureInfo?.exitCode, 3);
  });

  await t.test('a second platform on the same data directory names the first', async () => {
    const { code, stderr } = await serval(['up', '--api-port', '0', '--gateway-port', '0'], { dataDir });
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`another "serval up" runs on ${dataDir} \\(process ${platform.pid}`));
  });

  await t.test('everything else still runs', async () => {
    const status = await serval(['status', '--json'], { dataDir });
    assert.equal(status.code, 0, status.stdout + status.stderr);
  });
  assert.equal(await platform.stop(), 0);
});

test('a taken port is named, and so is the option', async (t) => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  t.after(() => blocker.close());
  const { port } = blocker.address() as { port: number };
  for (const option of ['--api-port', '--gateway-port']) {
    const args = [
      'up',
      ...['--api-port', '--gateway-port'].flatMap((name) => [name, name === option ? `${port}` : '0']),
    ];
    const { code, stderr } = await serval(args, { dataDir: await temporaryDirectory(t) });
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`port ${port} .*in use[\\s\\S]*${option}`));
  }
});

test('a data directory that cannot be written says why', async (t) => {
  const parent = await temporaryDirectory(t);
  await writeFile(join(parent, 'file'), '');
  const { code, stderr } = await serval(['up'], { dataDir: join(parent, 'file') });
  assert.equal(code, 1);
  assert.match(stderr, /data directory .* is not a folder[\s\S]*--data-dir/);
  await mkdir(join(parent, 'locked'), { mode: 0o500 });
  if (process.getuid?.() !== 0) {
    const locked = await serval(['up'], { dataDir: join(parent, 'locked') });
    assert.match(locked.stderr, /cannot be written by this user/);
  }
});

test('commands say how to get a platform when there is none', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const { code, stderr } = await serval(['get', 'pods'], { dataDir });
  assert.equal(code, 1);
  assert.match(stderr, /no kubeconfig at .*serval up/s);
  assert.equal((await serval(['status'], { dataDir })).code, 1);
  assert.equal((await serval(['down'], { dataDir })).code, 0);
});

function service(
  name: string,
  predictor: Record<string, string>,
  format = 'xgboost',
  uri = 'http://model-store.serval-system.svc.cluster.local/any.ubj',
): string {
  const fields = Object.entries(predictor).map(([field, value]) => `    ${field}: ${value}\n`);
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: ${name}
spec:
  predictor:
${fields.join('')}    model:
      modelFormat: {name: ${format}}
      storageUri: ${uri}
`;
}

function custom(name: string, image: string): string {
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: ${name}}
spec: {predictor: {containers: [{name: kserve-container, image: "${image}"}]}}
`;
}

async function reasonOf(platform: RunningPlatform, name: string): Promise<string> {
  const client = await clientOf(platform.kubeconfig);
  return eventually(async () => {
    const found = await client.get(inferenceServices, { namespace: 'default', name });
    const message = found.status?.modelStatus?.lastFailureInfo?.message;
    assert.ok(message, JSON.stringify(found.status));
    assert.equal(found.status?.conditions?.find((condition) => condition.type === 'Ready')?.status, 'False');
    return message;
  });
}

async function conditionMatches(platform: RunningPlatform, name: string, type: string, message: RegExp): Promise<void> {
  const client = await clientOf(platform.kubeconfig);
  await eventually(async () => {
    const found = await client.get(inferenceServices, { namespace: 'default', name });
    const condition = found.status?.conditions?.find((entry) => entry.type === type);
    assert.equal(condition?.status, 'False', JSON.stringify(found.status));
    assert.match(condition?.message ?? '', message);
  });
}
