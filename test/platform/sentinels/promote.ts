import assert from 'node:assert/strict';
import { type InferenceService, inferenceServices, promotions } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import { eventually } from '../../support/eventually.ts';
import { apply, commands, search, type World } from './world.ts';

/** The stage that a service is to come into may not read its model any more, which is tried before anything is changed. */
export async function promote(world: World): Promise<void> {
  const { client, host, admit } = world;
  admit(true);
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'fraud-dev', name: 'serves' },
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: `http://${host}/iris/model.ubj` } } },
  } as InferenceService);
  await eventually(async () => {
    const { status } = await client.get(inferenceServices, { namespace: 'fraud-dev', name: 'serves' });
    assert.equal(findCondition(status?.conditions, 'Ready')?.status, 'True', JSON.stringify(status));
  });
  admit(false);
  await apply(world, [
    {
      kind: 'Promotion',
      metadata: { namespace: 'team-a', name: 'refused' },
      spec: { pipeline: 'fraud', service: 'serves', from: 'dev', to: 'prod' },
    },
  ]);
  await eventually(async () => {
    const { status } = await client.get(promotions, { namespace: 'team-a', name: 'refused' });
    assert.equal(findCondition(status?.conditions, 'Checked')?.reason, 'Unauthorized', JSON.stringify(status));
  });
  await commands(world, [
    ['describe', 'promotion', 'refused', '-n', 'team-a'],
    ['promote', 'follow', 'refused', '-n', 'team-a', '--json'],
  ]);
  assert.deepEqual(await search(world), []);
}
