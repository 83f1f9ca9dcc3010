import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import { requesterOf, startModelStore, transformerImage } from './serving.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from './support.ts';

const examples = join(import.meta.dirname, '../../examples');

test('predictions go through the transformer, explanations to the explainer', async (t) => {
  const { client, gateway } = await startRunningPlatform(t, { images: [transformerImage] });
  const store = await startModelStore(t, { '/iris/model.ubj': join(examples, 'iris/model/model.ubj') });
  const input = await readFile(join(examples, 'iris/input.json'), 'utf8');
  const send = requesterOf(gateway);
  const service = serviceOf('iris', { xgboost: { storageUri: `${store}/iris/model.ubj` } });
  const containers = [
    { name: 'mine', image: 'acme/transformer:1', readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } },
  ];
  service.spec = { ...service.spec, transformer: { containers }, explainer: { containers } };
  await client.create(inferenceServices, service);

  const status = await statusWhen(client, 'iris', isReady);
  for (const type of ['PredictorReady', 'TransformerReady', 'ExplainerReady', 'IngressReady']) {
    assert.equal(findCondition(status.conditions, type)?.status, 'True', type);
  }
  assert.equal(status.address?.url, 'http://iris-transformer.default.svc.cluster.local');
  assert.deepEqual(Object.keys(status.components ?? {}).sort(), ['explainer', 'predictor', 'transformer']);

  const predicted = await send('iris-default.localhost', '/v1/models/iris:predict', input);
  assert.equal(predicted.status, 200, predicted.body);
  assert.equal(predicted.headers['x-predictor-host'], 'iris-predictor.default');
  assert.equal((JSON.parse(predicted.body) as { predictions: unknown[] }).predictions.length, 4);

  const explained = await send('iris-default.localhost', '/v1/models/iris:explain', input);
  assert.deepEqual([explained.status, explained.body], [200, '{"explained":"iris"}']);

  const direct = await send('iris-predictor-default.localhost', '/v1/models/iris:predict', input);
  assert.equal(direct.status, 200, direct.body);
  assert.equal(direct.headers['x-predictor-host'], undefined, 'the component route passes the transformer by');
});
