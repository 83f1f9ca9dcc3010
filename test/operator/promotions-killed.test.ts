import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type InferenceService,
  inferenceServices,
  type Promotion,
  type PromotionCheck,
  type PromotionSpec,
} from '@serval/api';
import type { Client } from '@serval/kube/client';
import { reasonOf, startPromotions } from './promotion-rig.ts';

/** More than any of the promotions takes. */
const mostWrites = 20;
/** Starts sooner than a model does, and answers nothing. */
const serve = (client: Client, version: string) =>
  client.apply(
    inferenceServices,
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { namespace: 'fraud-dev', name: 'scorer' },
      spec: {
        predictor: {
          containers: [
            {
              name: 'kserve-container',
              image: 'acme/transformer:1',
              env: [{ name: 'VERSION', value: version }],
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    } as InferenceService,
    { force: true },
  );
const steps = [{ trafficPercent: 50, holdSeconds: 0 }];
/** Of the promotion and the service that it brings; children of the service are another matter. */
const isCounted = (write: string) => /\/promotions\/|fraud-test\/inferenceservices(\/scorer)?$/.test(write);

test('killed between any two writes, the operator goes on where it was when it is started anew', async (t) => {
  const rig = await startPromotions(t);
  const digests: string[] = [];
  let wasCutOff = false;
  for (const [index, version] of ['v1', 'v2'].entries()) {
    await rig.setStages({ test: index > 0 ? { canary: { steps } } : {} });
    await serve(rig.client, version);
    await rig.promote(version, { from: 'dev', to: 'test' });
    digests.push((await rig.finished(version)).status?.digest ?? '');
  }

  await t.test('with a canary', () =>
    untilNotCutOff('canary', async (name, round) => {
      const digest = digests[round % 2] ?? '';
      const promotion = await cutOff(round, name, { digest, to: 'test' });
      assert.equal(reasonOf(promotion, 'Healthy'), 'True Healthy');
      const { spec, metadata } = await rig.service('test');
      assert.equal(spec.predictor.containers?.[0]?.env?.[0]?.value, `v${(round % 2) + 1}`);
      assert.equal(spec.predictor.canaryTrafficPercent, undefined);
      assert.equal(metadata.annotations?.['platform.serval.dev/promotion'], `team-a/${name}`);
    }),
  );

  await t.test('that is rolled back', async () => {
    const wrong: PromotionCheck = { type: 'Prediction', request: { body: {} }, expect: { predictions: [] } };
    await rig.setStages({ test: { canary: { steps }, promotion: { checks: [wrong] } } });
    const before = await rig.service('test');
    await untilNotCutOff('broken', async (name, round) => {
      // What comes before is the same as above.
      const promotion = await cutOff(round + 5, name, { digest: digests[0] ?? '', to: 'test' });
      assert.match(reasonOf(promotion, 'Healthy'), /^False /);
      assert.equal(promotion.status?.rolledBack, true);
      const { spec, metadata } = await rig.service('test');
      assert.deepEqual(spec, before.spec);
      assert.deepEqual(metadata.annotations, before.metadata.annotations);
    });
  });

  async function untilNotCutOff(name: string, run: (name: string, round: number) => Promise<void>): Promise<void> {
    let rounds = 0;
    do await run(`${name}-${rounds}`, rounds++);
    while (wasCutOff && rounds < mostWrites);
    assert.ok(rounds > 2 && rounds < mostWrites, `${rounds} rounds`);
  }

  /** Promotes with an operator that is killed after so many writes, and another one after it. */
  async function cutOff(writes: number, name: string, spec: Partial<PromotionSpec>): Promise<Promotion> {
    rig.cutOffAfter(writes, isCounted);
    await rig.promote(name, spec);
    const settled = new AbortController();
    const done = rig.finished(name).finally(() => settled.abort());
    while (!rig.isCutOff() && !settled.signal.aborted) await sleep(20);
    wasCutOff = rig.isCutOff();
    if (wasCutOff) await rig.restartOperator();
    return await done;
  }
});
