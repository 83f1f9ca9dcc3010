import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { customResourceDefinitions, inferenceServices } from '@serval/api';
import { deployments, findCondition, isStatusError, scaledObjects } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { scaledObjectDefinition } from './keda-definition.ts';
import { serviceOf, startTestPlatform, statusWhen } from './support.ts';

const child = { namespace: 'default', name: 'iris-predictor' };
const iris = { namespace: 'default', name: 'iris' };
const classAnnotation = 'serving.kserve.io/autoscalerClass';

test('class keda says that KEDA is missing, and makes a ScaledObject once it is there', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  const service = serviceOf('iris', { xgboost: { storageUri: 's3://m/iris' }, minReplicas: 0, maxReplicas: 3 });
  service.metadata.annotations = { [classAnnotation]: 'keda' };
  await client.create(inferenceServices, service);
  const reason = (wanted: string | undefined) =>
    statusWhen(client, 'iris', ({ conditions }) => findCondition(conditions, 'AutoscalerReady')?.reason === wanted);
  await reason('KedaNotInstalled');
  await client.get(deployments, child);

  await client.create(customResourceDefinitions, scaledObjectDefinition);
  const made = await eventually(() => client.get(scaledObjects, child), 60_000);
  assert.deepEqual(made.spec, {
    scaleTargetRef: { name: 'iris-predictor' },
    minReplicaCount: 0,
    maxReplicaCount: 3,
    triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '80' } }],
  });
  await reason('ScaledObjectNotReady');
  const ready = { type: 'Ready', status: 'True', reason: 'ScaledObjectReady', message: 'ready' };
  await client.patch(scaledObjects, child, 'merge', { status: { conditions: [ready] } }, { subresource: 'status' });
  await reason(undefined);

  const before = writes.length;
  await sleep(1200);
  assert.deepEqual(writes.slice(before), [], 'what is settled is not written again');

  await client.patch(inferenceServices, iris, 'merge', { metadata: { annotations: { [classAnnotation]: 'none' } } });
  await eventually(() => assert.rejects(client.get(scaledObjects, child), (error) => isStatusError(error, 'NotFound')));
});
