import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterServingRuntime, clusterServingRuntimes, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  deployments,
  findCondition,
  horizontalPodAutoscalers,
  isStatusError,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  services,
} from '@serval/kube/objects';
import { builtInServingRuntimes } from '@serval/operator/declarations';
import { eventually } from '../support/eventually.ts';
import { requesterOf } from './serving.ts';
import { isReady, serviceOf, startRunningPlatform, startTestPlatform, statusWhen } from './support.ts';

const examples = join(import.meta.dirname, '../../examples');

const llm = { namespace: 'default', name: 'llm' };
const runtime: ClusterServingRuntime = {
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ClusterServingRuntime',
  metadata: { name: 'several-nodes' },
  spec: {
    supportedModelFormats: [{ name: 'huggingface', autoSelect: true }],
    containers: [{ name: 'kserve-container', image: 'head:1' }],
    workerSpec: { containers: [{ name: 'worker-container', image: 'worker:1' }] },
  },
};

/** As if all Pods of a Deployment were there. */
async function rollOut(client: Client, name: string): Promise<void> {
  const { metadata, spec } = await client.get(deployments, { ...llm, name });
  const replicas = spec.replicas ?? 1;
  const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  const status = { ...counts, observedGeneration: metadata.generation ?? 1 };
  await client.patch(deployments, { ...llm, name }, 'merge', { status }, { subresource: 'status' });
}

test('a model on several nodes has a head and workers, which find each other by generation until the next one serves', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  await client.create(clusterServingRuntimes, runtime);
  const service = serviceOf('llm', {
    model: { modelFormat: { name: 'huggingface' }, storageUri: 'pvc://models/llm' },
    workerSpec: { pipelineParallelSize: 3 },
  });
  service.metadata.annotations = { 'serving.kserve.io/autoscalerClass': 'none' };
  await client.create(inferenceServices, service);
  const worker = await eventually(() => client.get(deployments, { ...llm, name: 'llm-predictor-worker' }));
  assert.equal(worker.spec.replicas, 2);
  const ofGeneration = (generation: number) =>
    ['head', 'workers'].map((role) => ({ ...llm, name: `llm-${role}-${generation}` }));
  for (const at of ofGeneration(1)) {
    const { spec } = await eventually(() => client.get(services, at));
    assert.equal(spec.clusterIP, 'None');
    assert.equal(spec.publishNotReadyAddresses, true);
  }
  assert.deepEqual((await client.list(horizontalPodAutoscalers, { namespace: 'default' })).items, []);
  await statusWhen(client, 'llm', ({ conditions }) => findCondition(conditions, 'PredictorReady')?.status !== 'True');

  await rollOut(client, 'llm-predictor');
  await rollOut(client, 'llm-predictor-worker');
  const settled = writes.length;
  await sleep(1200);
  assert.ok(
    writes.slice(settled).every((write) => write.endsWith('/status')),
    'a rollout changes no child',
  );

  await client.patch(inferenceServices, llm, 'merge', {
    spec: { predictor: { workerSpec: { tensorParallelSize: 2 } } },
  });
  for (const at of ofGeneration(2)) await eventually(() => client.get(services, at));
  await rollOut(client, 'llm-predictor');
  await sleep(1000);
  for (const at of ofGeneration(1)) await client.get(services, at);
  await rollOut(client, 'llm-predictor-worker');
  const isGone = (at: { namespace: string; name: string }) =>
    eventually(() => assert.rejects(client.get(services, at), (error) => isStatusError(error, 'NotFound')));
  for (const at of ofGeneration(1)) await isGone(at);

  await client.delete(clusterServingRuntimes, { name: 'several-nodes' });
  const failed = await statusWhen(
    client,
    'llm',
    ({ conditions }) => findCondition(conditions, 'PredictorReady')?.reason === 'NoSupportingRuntime',
  );
  assert.equal(failed.deploymentMode, 'Standard');
  await client.get(deployments, { ...llm, name: 'llm-predictor-worker' });
});

test('head and workers run with their model, and the service is ready with all of them', async (t) => {
  const program = join(import.meta.dirname, 'programs/worker.ts');
  const { client, gateway } = await startRunningPlatform(t, {
    images: [{ match: 'acme/worker', command: [process.execPath, program] }],
  });
  await client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'models' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadOnlyMany'],
      storageClassName: 'shelf',
      hostPath: { path: join(examples, 'iris') },
    },
  });
  await client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'models', namespace: 'default' },
    spec: {
      accessModes: ['ReadOnlyMany'],
      storageClassName: 'shelf',
      volumeName: 'models',
      resources: { requests: { storage: '1Gi' } },
    },
  });
  const [single] = builtInServingRuntimes();
  assert.ok(single);
  const probe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
  const workers = {
    name: 'worker-container',
    image: 'acme/worker:1',
    args: ['--model_dir=/mnt/models'],
    ports: [{ containerPort: 8080 }],
    readinessProbe: probe,
  };
  await client.create(clusterServingRuntimes, {
    ...single,
    metadata: { name: 'several-nodes' },
    spec: {
      ...single.spec,
      supportedModelFormats: [{ name: 'xgboost', autoSelect: true }],
      workerSpec: { containers: [workers] },
    },
  });
  const service = serviceOf('iris', {
    model: { modelFormat: { name: 'xgboost' }, storageUri: 'pvc://models/model' },
    workerSpec: { pipelineParallelSize: 3 },
  });
  service.metadata.annotations = { 'serving.kserve.io/autoscalerClass': 'none' };
  await client.create(inferenceServices, service);
  const status = await statusWhen(client, 'iris', isReady);
  assert.equal(status.modelStatus?.transitionStatus, 'UpToDate');
  const { items } = await client.list(pods, { namespace: 'default', labelSelector: 'app=isvc.iris-predictor-worker' });
  assert.equal(items.length, 2);
  const address = items[0]?.status?.podIP;
  const told = (await (await fetch(`http://${address}:8080/`)).json()) as object;
  assert.deepEqual(told, {
    ISVC_NAME: 'iris',
    HEAD_SVC: 'iris-head-1',
    WORKER_SVC: 'iris-workers-1',
    RAY_NODE_COUNT: '3',
    REQUEST_GPU_COUNT: '1',
    files: ['model.ubj'],
  });
  const send = requesterOf(gateway);
  const predicted = await send(
    'iris-default.localhost',
    '/v1/models/iris:predict',
    await readFile(join(examples, 'iris/input.json'), 'utf8'),
  );
  assert.equal(predicted.status, 200, predicted.body);
});
