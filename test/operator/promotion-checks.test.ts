import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type InferenceService, inferenceServices, type PromotionCheck, pipelines } from '@serval/api';
import type { Cache, Client } from '@serval/kube/client';
import {
  endpointSlices,
  events,
  jobs,
  type KubeObject,
  namespaces,
  type Pod,
  pods,
  type Resource,
  services,
} from '@serval/kube/objects';
import { defaultNamespace, defaultServingConfig, operatorServiceAccountName } from '@serval/operator/declarations';
import { checkPrediction } from '../../packages/operator/src/promotion/checks/prediction.ts';
import { checkRead } from '../../packages/operator/src/promotion/checks/read.ts';
import { checkReady } from '../../packages/operator/src/promotion/checks/ready.ts';
import { modelRevisionOf } from '../../packages/operator/src/promotion/model-revision.ts';
import { KEYS, startS3 } from '../../packages/storage/src/test-support/s3-server.ts';
import { eventually } from '../support/eventually.ts';
import { startModelStore } from './serving.ts';
import { storagePipeline, storeSecret } from './storage-rig.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from './support.ts';

const examples = join(import.meta.dirname, '../../examples');
const fraud = { namespace: 'team-a', name: 'fraud' };
const operatorUser = `system:serviceaccount:${defaultNamespace}:${operatorServiceAccountName}`;

async function startHttp(t: TestContext, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What is there now, in the place of the operator's cache. */
async function cacheOf<T extends KubeObject>(client: Client, resource: Resource<T>): Promise<Cache<T>> {
  const { items } = await client.list(resource);
  return {
    list: () => items,
    get: (namespace, name) => items.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
  };
}

test('what a Promotion asks of a service, a registry and a store', async (t) => {
  const { client, clientAs } = await startRunningPlatform(t);
  const store = await startModelStore(t, { '/iris/model.ubj': join(examples, 'iris/model/model.ubj') });
  const signal = t.signal;
  /** Under the operator's own rights. */
  const asOperator = clientAs(operatorUser);
  await client.create(inferenceServices, serviceOf('iris', { xgboost: { storageUri: `${store}/iris/model.ubj` } }));
  await statusWhen(client, 'iris', isReady);
  const iris = await client.get(inferenceServices, { namespace: 'default', name: 'iris' });
  const [body, expect] = await Promise.all(
    ['input.json', 'expected.json'].map(async (file) =>
      JSON.parse(await readFile(join(examples, 'iris', file), 'utf8')),
    ),
  );

  await t.test('a service that serves is Ready', () => {
    assert.deepEqual(checkReady(iris), { state: 'passed' });
  });

  const predict = async (check: Partial<PromotionCheck>, service: InferenceService = iris, kubeService?: string) =>
    checkPrediction(
      {
        service,
        check: { type: 'Prediction', request: { body }, expect, ...check } as PromotionCheck,
        ...(kubeService ? { kubeService } : {}),
      },
      { kubeServices: await cacheOf(client, services), client: asOperator, timeoutMs: 1_000 },
      signal,
    );

  await t.test('a golden prediction is asked of a Pod', async () => {
    assert.deepEqual(await predict({ tolerance: 1e-6 }), { state: 'passed' });
  });

  await t.test('what it answers otherwise is told with its place and both values', async () => {
    const other = structuredClone(expect) as { predictions: number[][] };
    other.predictions[2]![1] = 0.25;
    const result = await predict({ expect: other, tolerance: 0.01 });
    assert.ok(result.state === 'failed');
    assert.equal(result.reason, 'PredictionDiffers');
    assert.match(
      result.message,
      /^\/v1\/models\/iris:predict of default\/iris answered 0\.0047\d+ at predictions\[2\]\[1\], expected 0\.25 within 0\.01$/,
    );
  });

  await t.test('a request that it refuses is told with its status', async () => {
    const result = await predict({ request: { path: '/v1/models/other:predict', body } });
    assert.ok(result.state === 'failed');
    assert.match(`${result.reason}: ${result.message}`, /^PredictionRefused: .* answered with status 404: /);
  });

  /** A server of ours in the place of a Pod, behind a port that nobody listens at. */
  const serve = async (name: string, answer: (response: ServerResponse) => void) => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const ports = [(gone.address() as AddressInfo).port, Number(new URL(await startHttp(t, answer)).port)];
    gone.close();
    await client.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'default', name },
      spec: { ports: [{ name: 'http', port: 80 }] },
    });
    for (const [index, port] of ports.entries()) {
      await client.create(endpointSlices, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { namespace: 'default', name: `${name}-${index}`, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'FQDN',
        endpoints: [
          { addresses: ['not.a.pod.invalid'] },
          { addresses: ['127.0.0.1'], targetRef: { kind: 'Pod', name: 'p' } },
        ],
        ports: [{ name: 'http', port }],
      });
    }
  };

  await t.test('a connection that fails is tried once more, elsewhere', async () => {
    await serve('second', (response) => void response.end(JSON.stringify(expect)));
    assert.deepEqual(await predict({}, iris, 'second'), { state: 'passed' });
  });

  for (const [name, title, answer, reason] of [
    ['breaks', 'a connection that breaks is waited for', (response) => response.destroy(), 'Unreachable'],
    ['silent', 'an answer that does not come fails', () => {}, 'PredictionTimedOut'],
    ['text', 'what is no JSON fails', (response) => response.end('<html>'), 'PredictionDiffers'],
    ['large', 'an answer is read up to its limit', (response) => response.end(' '.repeat(5e6)), 'PredictionDiffers'],
  ] satisfies [string, string, (response: ServerResponse) => void, string][]) {
    await t.test(title, async () => {
      await serve(name, answer);
      const result = await predict({}, iris, name);
      assert.ok(result.state !== 'passed' && result.reason === reason, JSON.stringify(result));
    });
  }

  const read = async (storageUri: string, more: object = {}, uid = 'uid-of-the-promotion', namespace = 'prod') => {
    const service: InferenceService = {
      ...serviceOf('scorer', { model: { modelFormat: { name: 'xgboost' }, storageUri, ...more } }),
      metadata: { namespace, name: 'scorer' },
    };
    const subject = { service, promotion: { namespace: 'team', name: 'scorer-1', uid } };
    return await eventually(async () => {
      const deps = { client: asOperator, pods: await cacheOf(client, pods), config: defaultServingConfig };
      const result = await checkRead(subject, { ...deps, refusalOf: async () => undefined }, signal);
      assert.notEqual(result.state === 'waiting' && result.reason, 'Reading', JSON.stringify(result));
      return result;
    }, 30_000);
  };
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } });

  await t.test('a model that Pods of a namespace can read is not fetched to know it, and looked at once', async () => {
    assert.deepEqual(await read(`${store}/iris/model.ubj`), { state: 'passed' });
    assert.deepEqual(await read(`${store}/iris/model.ubj`), { state: 'passed' });
    const { items } = await client.list(jobs, { namespace: 'prod' });
    assert.equal(items.length, 1);
    assert.equal(items[0]?.metadata.annotations?.['platform.serval.dev/promotion'], 'team/scorer-1');
    const [pod] = (await client.list(pods, { namespace: 'prod' })).items;
    assert.deepEqual(pod?.spec.initContainers?.[0]?.args?.[0], '--check');
    assert.equal(modelRevisionOf(pod as Pod), undefined);
  });

  const refusing = await startHttp(t, (response) => response.writeHead(403).end());
  await Promise.all(
    [
      ['what is not there', `${store}/none.ubj`, 'NotFound'],
      ['what may not be read', `${refusing}/m.ubj`, 'Unauthorized'],
    ].map(([title, uri, reason]) =>
      t.test(`${title} is told as such`, async () => {
        const result = await read(uri ?? '');
        assert.ok(result.state === 'failed' && result.reason === reason, JSON.stringify(result));
        assert.match(result.message, /\(in namespace prod\)$/);
      }),
    ),
  );

  await t.test("it is read with the stage's credential, which nothing shows, before there is any service", async () => {
    const s3 = await startS3(t, { 'models/fraud/model.ubj': 'model' }, { keys: KEYS });
    const place = { S3_ENDPOINT: new URL(s3.url).host, S3_USE_HTTPS: '0', AWS_DEFAULT_REGION: 'us-east-1' };
    const sentinel = 'SENTINEL-9b31';
    const keys = (name: string, secretKey: string) =>
      storeSecret(client, 'team-a', name, {
        ...place,
        AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretKey,
      });
    for (const name of ['team-a', 'fraud-prod', 'fraud-test']) {
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    await keys('own', KEYS.secretAccessKey);
    await keys('wrong', sentinel);
    const stages = { test: 'fraud-test', prod: 'fraud-prod' };
    const of = (name: string) => ({ 's3://models': { name } });
    await storagePipeline(client, stages, { test: of('wrong'), prod: of('own') });
    // Until the pipeline is known, Pods there are admitted without it.
    await eventually(async () => assert.ok((await client.get(pipelines, fraud)).status?.stages));
    assert.deepEqual(await read('s3://models/fraud', {}, 'first', 'fraud-prod'), { state: 'passed' });
    assert.ok(s3.requests.some((request) => request.startsWith('GET /models/fraud/model.ubj bytes=0-0')));

    const refused = await read('s3://models/fraud', {}, 'second', 'fraud-test');
    assert.ok(refused.state === 'failed' && refused.reason === 'Unauthorized', JSON.stringify(refused));
    const shown = await Promise.all([client.list(pods), client.list(jobs), client.list(events)]);
    for (const value of [sentinel, KEYS.secretAccessKey]) {
      for (const text of [value, Buffer.from(value).toString('base64')]) {
        assert.ok(!JSON.stringify([refused, shown]).includes(text));
      }
    }
  });

  await t.test('a service without a Pod that is ready is waited for', async () => {
    const none = await predict({}, { ...iris, metadata: { ...iris.metadata, name: 'none' }, status: {} });
    assert.ok(none.state === 'waiting' && none.reason === 'NoEndpoints', JSON.stringify(none));
  });
});
