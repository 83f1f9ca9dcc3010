import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  let kills = 0;
  for (let round = 0; round < mostWrites; round += 1) {
    for (const { name, make, expect } of changes) {
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
  assert.ok(kills >= 8, `${kills} kills`);
  await staysQuiet(rig);
  assert.ok(await isGone(client.get(secrets, { namespace: 'elsewhere', name: projectedName })));
});

/** Or until it has done all that there is to do, with fewer writes. */
async function untilCutOff({ isCutOff }: Rig, settled: AbortSignal): Promise<void> {
  while (!isCutOff() && !settled.aborted) await sleep(20);
}
