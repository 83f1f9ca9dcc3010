import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Promotion, PromotionSpec } from '@serval/api';
import { reasonOf, startPromotions } from './promotion-rig.ts';

/** More than any of the promotions takes. */
const mostWrites = 20;
const steps = [{ trafficPercent: 50, holdSeconds: 0 }];
/** Of the promotion and the service that it brings; children of the service are another matter. */
const isCounted = (write: string) => /\/promotions\/|fraud-test\/inferenceservices(\/scorer)?$/.test(write);

test('killed between any two writes, the operator goes on where it was when it is started anew', async (t) => {
  const rig = await startPromotions(t);
  const digests: string[] = [];
  let wasCutOff = false;
  for (const [index, version] of ['v1', 'v2'].entries()) {
    await rig.setStages({ test: index > 0 ? { canary: { steps } } : {} });
    await rig.serve(version);
    await rig.promote(version, { from: 'dev', to: 'test' });
    digests.push((await rig.finished(version)).status?.digest ?? '');
  }

  await t.test('with a canary', () =>
    untilNotCutOff('canary', async (name, round) => {
      const digest = digests[round % 2] ?? '';
      const promotion = await cutOff(round, name, { digest, to: 'test' });
      assert.equal(reasonOf(promotion, 'Healthy'), 'True Healthy');
      const { spec, metadata } = await rig.service('test');
      assert.equal(spec.predictor.model?.storageUri, rig.uri(`v${(round % 2) + 1}`));
      assert.equal(spec.predictor.canaryTrafficPercent, undefined);
      assert.equal(metadata.annotations?.['platform.serval.dev/promotion'], `team-a/${name}`);
    }),
  );

  await t.test('that is rolled back', async () => {
    const overrides = [{ service: 'scorer', storageUri: rig.uri('broken') }];
    await rig.setStages({ test: { canary: { steps }, overrides } });
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
    assert.ok(rounds > 3 && rounds < mostWrites, `${rounds} rounds`);
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
