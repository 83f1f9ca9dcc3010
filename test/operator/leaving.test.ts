import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inferenceServices } from '@serval/api';
import { deployments, httpRoutes, isStatusError } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform } from './support.ts';

const iris = { namespace: 'default', name: 'iris' };
const transformer = { namespace: 'default', name: 'iris-transformer' };

test('what requests go to is deleted only when the gateway has taken up the routes that lead elsewhere', async (t) => {
  const { client } = await startTestPlatform(t);
  const service = serviceOf('iris', { xgboost: { storageUri: 's3://m/iris' } });
  service.spec.transformer = { containers: [{ name: 'kserve-container', image: 'acme/transformer:1' }] };
  await client.create(inferenceServices, service);
  const backendOf = async (name: string) => {
    const { spec } = await client.get(httpRoutes, { ...iris, name });
    return spec.rules?.[0]?.backendRefs?.[0]?.name;
  };
  await eventually(async () => assert.equal(await backendOf('iris'), 'iris-transformer'));
  /** In the place of a gateway: it has taken up what is there now. */
  const takeUp = async () => {
    const { metadata, spec } = await client.get(httpRoutes, iris);
    const condition = {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const conditions = [{ ...condition, observedGeneration: metadata.generation ?? 0 }];
    const parents = spec.parentRefs?.map((parentRef) => ({
      parentRef: { ...parentRef },
      controllerName: 'a/b',
      conditions,
    }));
    await client.patch(httpRoutes, iris, 'merge', { status: { parents: parents ?? [] } }, { subresource: 'status' });
  };
  await takeUp();
  await client.patch(inferenceServices, iris, 'merge', { spec: { transformer: null } });
  await eventually(async () => assert.equal(await backendOf('iris'), 'iris-predictor'));
  await sleep(1000);
  await client.get(deployments, transformer);
  await takeUp();
  await eventually(() =>
    assert.rejects(client.get(deployments, transformer), (error) => isStatusError(error, 'NotFound')),
  );
});
