import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { deployments, events, findCondition, isStatusError, pods } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { startModelStore } from './serving.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from './support.ts';

const iris = { namespace: 'default', name: 'iris' };
const examples = join(import.meta.dirname, '../../examples');
const files: Record<string, string> = {
  '/iris/model.ubj': join(examples, 'iris/model/model.ubj'),
  '/iris-v2/model.ubj': join(examples, 'iris/model-v2/model.ubj'),
  '/broken/model.ubj': join(examples, 'iris/input.json'),
};

test('from a service to a prediction, and through its changes', async (t) => {
  const { client, gateway } = await startRunningPlatform(t);
  const store = await startModelStore(t, files);
  const port = Number(gateway.external.split(':').at(-1));
  const input = await readFile(join(examples, 'iris/input.json'), 'utf8');
  const uri = (path: string) => ({ xgboost: { storageUri: `${store}${path}` } });

  const predict = (name = 'iris') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { host: `${name}-default.localhost`, 'content-type': 'application/json' };
      const sent = request(
        { host: '127.0.0.1', port, method: 'POST', path: `/v1/models/${name}:predict`, headers },
        (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            body += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        },
      );
      sent.on('error', reject).end(input);
    });

  await t.test('the model is fetched, loaded and served', async () => {
    await client.create(inferenceServices, serviceOf('iris', uri('/iris/model.ubj')));
    const status = await statusWhen(
      client,
      'iris',
      (s) => isReady(s) && s.modelStatus?.transitionStatus === 'UpToDate',
    );
    assert.equal(status.url, `http://iris-default.localhost:${port}`);
    assert.deepEqual(status.modelStatus?.states, { activeModelState: 'Loaded', targetModelState: 'Loaded' });
    const { status: code, body } = await predict();
    assert.equal(code, 200, body);
    assert.equal((JSON.parse(body) as { predictions: unknown[] }).predictions.length, 4);
    const { items } = await client.list(events, { namespace: 'default' });
    assert.ok(
      items.some(({ reason, involvedObject }) => reason === 'InferenceServiceReady' && involvedObject.name === 'iris'),
    );
  });

  await t.test('another version takes over without a failed request', async () => {
    let updated = false;
    const answers: number[] = [];
    const load = (async () => {
      while (!updated) answers.push((await predict()).status);
    })();
    const { metadata } = await client.get(deployments, { namespace: 'default', name: 'iris-predictor' });
    await client.patch(inferenceServices, iris, 'merge', {
      spec: { predictor: { model: { storageUri: `${store}/iris-v2/model.ubj` } } },
    });
    await eventually(async () => {
      const next = await client.get(deployments, { namespace: 'default', name: 'iris-predictor' });
      assert.notEqual(next.metadata.generation, metadata.generation);
    });
    await statusWhen(client, 'iris', (s) => isReady(s) && s.modelStatus?.transitionStatus === 'UpToDate');
    await eventually(async () => {
      assert.equal((await client.list(pods, { namespace: 'default' })).items.length, 1);
    });
    updated = true;
    await load;
    assert.deepEqual(
      answers.filter((status) => status !== 200),
      [],
    );
    assert.ok(answers.length > 0);
  });

  await t.test('a version that cannot be loaded is told, and the old one goes on serving', async () => {
    await client.patch(inferenceServices, iris, 'merge', {
      spec: { predictor: { model: { storageUri: `${store}/nothing/model.ubj` } } },
    });
    const status = await statusWhen(client, 'iris', (s) => s.modelStatus?.transitionStatus === 'BlockedByFailedLoad');
    assert.ok(isReady(status));
    assert.deepEqual(status.modelStatus?.states, { activeModelState: 'Loaded', targetModelState: 'FailedToLoad' });
    assert.match(status.modelStatus?.lastFailureInfo?.message ?? '', /404|not found|nothing/i);
    assert.equal((await predict()).status, 200);
    await client.patch(inferenceServices, iris, 'merge', {
      spec: { predictor: { model: { storageUri: `${store}/iris/model.ubj` } } },
    });
    const mended = await statusWhen(
      client,
      'iris',
      (s) => isReady(s) && s.modelStatus?.transitionStatus === 'UpToDate',
    );
    assert.equal(mended.modelStatus?.lastFailureInfo, undefined);
  });

  await t.test('a file that is no model makes the service not ready, with the reason and an Event', async () => {
    await client.create(inferenceServices, serviceOf('broken', uri('/broken/model.ubj')));
    const status = await statusWhen(client, 'broken', (s) => s.modelStatus?.transitionStatus === 'BlockedByFailedLoad');
    assert.equal(status.modelStatus?.lastFailureInfo?.reason, 'ModelLoadFailed');
    assert.ok(status.modelStatus?.lastFailureInfo?.message);
    const ready = findCondition(status.conditions, 'Ready');
    assert.equal(ready?.status, 'False');
    assert.equal(ready?.reason, 'ModelLoadFailed');
    await eventually(async () => {
      const { items } = await client.list(events, { namespace: 'default' });
      assert.ok(
        items.some(({ reason, involvedObject }) => reason === 'ModelLoadFailed' && involvedObject.name === 'broken'),
      );
    });
  });

  await t.test('an image that cannot be had is named', async () => {
    await client.create(
      inferenceServices,
      serviceOf('image', { containers: [{ name: 'kserve-container', image: 'acme/server:1' }] }),
    );
    const status = await statusWhen(
      client,
      'image',
      (s) => findCondition(s.conditions, 'PredictorReady')?.reason === 'ImageNotAvailable',
    );
    assert.match(findCondition(status.conditions, 'Ready')?.message ?? '', /acme\/server:1/);
  });

  await t.test('a claim that is not there is named', async () => {
    await client.create(inferenceServices, serviceOf('claim', { xgboost: { storageUri: 'pvc://nowhere/model' } }));
    const status = await statusWhen(
      client,
      'claim',
      (s) => findCondition(s.conditions, 'PredictorReady')?.reason === 'FailedMount',
    );
    assert.match(findCondition(status.conditions, 'Ready')?.message ?? '', /nowhere/);
  });

  await t.test('a deleted service takes everything with it', async () => {
    for (const name of ['iris', 'broken', 'image', 'claim'])
      await client.delete(inferenceServices, { namespace: 'default', name });
    await eventually(async () => {
      assert.deepEqual((await client.list(deployments, { namespace: 'default' })).items, []);
      assert.deepEqual((await client.list(pods, { namespace: 'default' })).items, []);
    });
    await assert.rejects(client.get(inferenceServices, iris), (error) => isStatusError(error, 'NotFound'));
    assert.equal((await predict()).status, 404);
  });
});
