import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type InferenceService, type InferenceServiceStatus, inferenceServices } from '@serval/api';
import { deployments, findCondition, type JsonObject, pods } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { startLoad } from './load.ts';
import { type Answer, requesterOf, startModelStore, transformerImage } from './serving.ts';
import { isReady, type RunningPlatform, serviceOf, startRunningPlatform, statusWhen } from './support.ts';

const examples = join(import.meta.dirname, '../../examples');
const iris = { namespace: 'default', name: 'iris' };
/** How many answers the shares of a step are measured on. */
const sample = Number(process.env['SERVAL_TEST_REQUESTS'] ?? 300);
const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
const settled = (s: InferenceServiceStatus) => isReady(s) && s.modelStatus?.transitionStatus === 'UpToDate';

test('canaryTrafficPercent: 0, 10, 50, back, again, 100, under load and through the transformer', async (t) => {
  const { client, send, load, uri } = await start(t);
  const spec: InferenceService['spec'] = {
    predictor: { xgboost: { storageUri: uri('v1') } },
    transformer: { containers: [{ name: 'kserve-container', image: 'acme/transformer:1', readinessProbe }] },
  };
  await client.create(inferenceServices, { ...serviceOf('iris', {}), spec });
  await statusWhen(client, 'iris', settled);
  const stable = await send();
  assert.equal(stable.status, 200, stable.body);
  const running = load();

  await step({ canaryTrafficPercent: 0, model: { storageUri: uri('v2') } }, 0);
  await step({ canaryTrafficPercent: 10 }, 10);
  const { components } = await statusWhen(
    client,
    'iris',
    ({ components: c }) => c?.['predictor']?.traffic?.length === 2,
  );
  assert.deepEqual(
    components?.['predictor']?.traffic?.map(({ percent, tag }) => [percent, tag]),
    [
      [10, 'latest'],
      [90, 'prev'],
    ],
  );
  await step({ canaryTrafficPercent: 50 }, 50);

  await client.patch(inferenceServices, iris, 'merge', {
    spec: { predictor: { canaryTrafficPercent: null, model: { storageUri: uri('v1') } } },
  });
  await alone('iris-predictor', 'iris-transformer');
  const back = await send();
  assert.equal(back.body, stable.body, 'the first model answers again');

  await step({ canaryTrafficPercent: 50, model: { storageUri: uri('v2') } }, 50);
  await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { canaryTrafficPercent: 100 } } });
  await alone('iris-predictor', 'iris-transformer');
  await statusWhen(client, 'iris', (s) => settled(s) && s.canaryStatuses === undefined);
  const { spec: promoted } = await client.get(deployments, { namespace: 'default', name: 'iris-predictor' });
  const annotations = promoted.template.metadata?.annotations ?? {};
  assert.equal(annotations['internal.serving.kserve.io/storage-initializer-sourceuri'], uri('v2'));
  await running.end();
  allWell(running.take());

  async function step(predictor: JsonObject, percent: number): Promise<void> {
    await client.patch(inferenceServices, iris, 'merge', { spec: { predictor } });
    await statusWhen(
      client,
      'iris',
      (s) =>
        s.canaryStatuses?.[0]?.trafficPercent === percent &&
        s.canaryStatuses[0].ready &&
        findCondition(s.conditions, 'CanaryPredictorReady')?.status === 'True' &&
        isReady(s),
    );
    await shareIs(percent, 'iris-predictor-canary.default');
  }

  /** Also when the gateway has not heard of it yet, the next sample has. */
  async function shareIs(percent: number, host: string): Promise<void> {
    await eventually(async () => {
      allWell(running.take());
      const answers: Answer[] = [];
      while (answers.length < sample) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        answers.push(...running.take());
      }
      allWell(answers);
      const share =
        (100 * answers.filter(({ headers }) => headers['x-predictor-host'] === host).length) / answers.length;
      assert.ok(Math.abs(share - percent) <= 2, `${share} percent of ${answers.length} instead of ${percent}`);
    }, 30_000);
  }

  async function alone(...names: string[]): Promise<void> {
    await eventually(async () => {
      const { items } = await client.list(deployments, { namespace: 'default' });
      assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), names);
      assert.equal((await client.list(pods, { namespace: 'default' })).items.length, names.length);
    }, 30_000);
  }
});

test('canary[]: a named predictor gets its share and takes over by its name', async (t) => {
  const { client, send, load, uri } = await start(t);
  await client.create(inferenceServices, {
    ...serviceOf('iris', { xgboost: { storageUri: uri('v1') } }),
  });
  await statusWhen(client, 'iris', settled);
  const stable = await send();
  const running = load();
  await client.patch(inferenceServices, iris, 'merge', {
    spec: { canary: [{ predictor: { name: 'v2', xgboost: { storageUri: uri('v2') } }, trafficPercent: 50 }] },
  });
  await statusWhen(client, 'iris', (s) => s.canaryStatuses?.[0]?.trafficPercent === 50 && settled(s));
  await eventually(async () => {
    assert.ok(running.take().some(({ body }) => body !== stable.body));
  });
  await client.patch(inferenceServices, iris, 'merge', {
    spec: { canary: null, predictor: { name: 'v2', model: { storageUri: uri('v2') } } },
  });
  await eventually(async () => {
    const { items } = await client.list(deployments, { namespace: 'default' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['iris-v2-predictor'],
    );
    assert.equal((await client.list(pods, { namespace: 'default' })).items.length, 1);
  }, 30_000);
  const status = await statusWhen(client, 'iris', settled);
  assert.equal(status.address?.url, 'http://iris-v2-predictor.default.svc.cluster.local');
  await running.end();
  allWell(running.take());
  assert.notEqual((await send()).body, stable.body);
});

async function start(t: TestContext) {
  const platform: RunningPlatform = await startRunningPlatform(t, { images: [transformerImage] });
  const store = await startModelStore(t, {
    '/v1/model.ubj': join(examples, 'iris/model/model.ubj'),
    '/v2/model.ubj': join(examples, 'iris/model-v2/model.ubj'),
  });
  const input = await readFile(join(examples, 'iris/input.json'), 'utf8');
  const request = requesterOf(platform.gateway);
  const send = () => request('iris-default.localhost', '/v1/models/iris:predict', input);
  const load = () => {
    const running = startLoad(send);
    t.after(() => running.end());
    return running;
  };
  return { client: platform.client, send, load, uri: (version: string) => `${store}/${version}/model.ubj` };
}

function allWell(answers: readonly Answer[]): void {
  const failures = answers.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body}`);
  assert.deepEqual(failures, []);
}
