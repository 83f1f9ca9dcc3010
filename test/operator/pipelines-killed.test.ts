import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelines } from '@serval/api';
import { secrets } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import {
  gone,
  isGone,
  pipeline,
  pipelineWhen,
  projected,
  projectedName,
  pullSecret,
  type Rig,
  serve,
  setDefaults,
  start,
  staysQuiet,
} from './pipeline-rig.ts';
import {
  keysOf,
  projectedFor,
  projectedStorage,
  serveModel,
  setStorageDefaults,
  storagePipeline,
} from './storage-rig.ts';

/** More writes than any of the changes takes. */
const mostWrites = 6;
const stages = { dev: 'fraud-dev', prod: 'fraud-prod' };

interface Change {
  readonly name: string;
  make(rig: Rig, round: number): Promise<unknown>;
  /** What comes of it, whenever the operator was killed. */
  expect(rig: Rig, round: number): Promise<unknown>;
}

const ofBoth = (rig: Rig, user: string) =>
  Promise.all(Object.values(stages).map((namespace) => projected(rig.client, namespace, user)));

/** In an order in which each finds what the one before has left. */
const changes: readonly Change[] = [
  {
    name: 'the platform rotates its credential',
    make: ({ client }, round) => pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': `platform-${round}` }),
    expect: (rig, round) => ofBoth(rig, `platform-${round}`),
  },
  {
    name: 'a pipeline brings its own',
    async make({ client }, round) {
      await pullSecret(client, 'team-a', 'own', { 'ghcr.io': `own-${round}` });
      await pipeline(client, 'team-a', stages, { 'ghcr.io': { name: 'own' } });
    },
    async expect(rig, round) {
      await ofBoth(rig, `own-${round}`);
      const { stages: told } = await pipelineWhen(rig.client, 'Ready', 'True');
      for (const { namespace = '', projected: shown } of told ?? []) {
        const { metadata } = await rig.client.get(secrets, { namespace, name: projectedName });
        assert.equal(shown?.revision, metadata.resourceVersion);
      }
    },
  },
  {
    name: 'its Secret goes',
    make: ({ client }) => client.delete(secrets, { namespace: 'team-a', name: 'own' }),
    async expect({ client }) {
      await pipelineWhen(client, 'CredentialsResolved', 'False', 'SecretNotFound');
      for (const namespace of Object.values(stages)) {
        await eventually(() => gone(client.get(secrets, { namespace, name: projectedName })));
      }
    },
  },
  {
    name: 'the pipeline goes',
    make: ({ client }) => client.delete(pipelines, { namespace: 'team-a', name: 'fraud' }),
    expect: (rig, round) => ofBoth(rig, `platform-${round}`),
  },
];

test('killed between any two writes, the operator comes to the same state when it is started anew', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': 'platform' });
  await setDefaults(client, { 'ghcr.io': 'ghcr' });
  for (const namespace of Object.values(stages)) await serve(client, namespace, 'ghcr.io/acme/scorer:1');
  await ofBoth(rig, 'platform');
  const kills = await killBetween(t, rig, changes, mostWrites);
  assert.ok(kills >= 8, `${kills} kills`);
  await staysQuiet(rig);
  assert.ok(await isGone(client.get(secrets, { namespace: 'elsewhere', name: projectedName })));
});

const model = 's3://models/fraud';
const forBoth = (rig: Rig, user: string) =>
  Promise.all(Object.values(stages).map((namespace) => projectedFor(rig.client, namespace, user)));

/** The same of credentials that models are read with. */
const storageChanges: readonly Change[] = [
  {
    name: 'the platform rotates its keys',
    make: ({ client }, round) => keysOf(client, 'serval-credentials', 's3', `platform-${round}`),
    expect: (rig, round) => forBoth(rig, `platform-${round}`),
  },
  {
    name: 'a pipeline brings its own',
    async make({ client }, round) {
      await keysOf(client, 'team-a', 'own', `own-${round}`);
      await storagePipeline(client, stages, { '': { 's3://models': { name: 'own' } } });
    },
    async expect(rig, round) {
      await forBoth(rig, `own-${round}`);
      await pipelineWhen(rig.client, 'Ready', 'True');
    },
  },
  {
    name: 'its Secret goes',
    make: ({ client }) => client.delete(secrets, { namespace: 'team-a', name: 'own' }),
    async expect({ client }) {
      await pipelineWhen(client, 'CredentialsResolved', 'False', 'SecretNotFound');
      for (const namespace of Object.values(stages)) {
        await eventually(() => gone(client.get(secrets, { namespace, name: projectedStorage })));
      }
    },
  },
  {
    name: 'the pipeline goes',
    make: ({ client }) => client.delete(pipelines, { namespace: 'team-a', name: 'fraud' }),
    expect: (rig, round) => forBoth(rig, `platform-${round}`),
  },
];

test('so it does with what models are read with', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await keysOf(client, 'serval-credentials', 's3', 'platform');
  await setStorageDefaults(client, { 's3://models': 's3' });
  const predictor = { model: { modelFormat: { name: 'xgboost' }, storageUri: model } };
  for (const namespace of Object.values(stages)) await serveModel(client, namespace, 'scorer', predictor);
  await forBoth(rig, 'platform');
  const kills = await killBetween(t, rig, storageChanges, 4);
  assert.ok(kills >= 6, `${kills} kills`);
});

/** Each change once for each number of writes after which the operator is killed. Answers how often it was. */
async function killBetween(t: TestContext, rig: Rig, some: readonly Change[], rounds: number): Promise<number> {
  let kills = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, make, expect } of some) {
      await t.test(`after ${round} writes: ${name}`, async () => {
        rig.cutOffAfter(round);
        await make(rig, round);
        rig.passes(61);
        const settled = new AbortController();
        const done = expect(rig, round).then(
          () => settled.abort(),
          () => settled.abort(),
        );
        await untilCutOff(rig, settled.signal);
        if (rig.isCutOff()) kills += 1;
        await rig.restartOperator();
        await expect(rig, round);
        await done;
      });
    }
  }
  return kills;
}

/** Or until it has done all that there is to do, with fewer writes. */
async function untilCutOff({ isCutOff }: Rig, settled: AbortSignal): Promise<void> {
  while (!isCutOff() && !settled.aborted) await sleep(20);
}
