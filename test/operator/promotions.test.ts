import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inferenceServices, type PromotionCheck, pipelines, promotions } from '@serval/api';
import { deployments, events, isStatusError, type JsonObject } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { startLoad } from './load.ts';
import { type PromotionRig, reasonOf, startPromotions } from './promotion-rig.ts';

const iris = join(import.meta.dirname, '../../examples/iris');

test('a service goes from stage to stage, and back', async (t) => {
  const rig = await startPromotions(t);
  const { client } = rig;
  const golden: PromotionCheck = {
    type: 'Prediction',
    request: { body: JSON.parse(await readFile(join(iris, 'input.json'), 'utf8')) as JsonObject },
    expect: JSON.parse(await readFile(join(iris, 'expected.json'), 'utf8')) as JsonObject,
    tolerance: 0.1,
  };
  const overrides = [{ service: 'scorer', maxReplicas: 3, resources: { requests: { cpu: '10m' } } }];
  await rig.setStages({ test: { overrides } });
  await rig.serve('v1');
  let first = '';

  await t.test('into a stage that has none, with its overrides', async () => {
    await rig.promote('first', { from: 'dev', to: 'test' });
    const { status } = await rig.finished('first');
    assert.equal(reasonOf({ status } as never, 'Healthy'), 'True Healthy');
    first = status?.digest ?? '';
    assert.match(first, /^sha256:[0-9a-f]{64}$/);
    assert.match(status?.content?.modelRevision ?? '', /^sha256:/);
    const { spec, metadata } = await rig.service('test');
    assert.equal(spec.predictor.maxReplicas, 3);
    assert.equal(spec.predictor.model?.image, status?.content?.images?.[0]?.image);
    assert.equal(metadata.labels?.['model'], 'v1');
    assert.match(await rig.ask('test'), /predictions/);
  });

  await t.test('what travels on has the digest that it had, and not the overrides of a stage on the way', async () => {
    await rig.promote('onwards', { from: 'test', to: 'prod' });
    const { status } = await rig.finished('onwards');
    assert.equal(status?.digest, first);
    assert.equal((await rig.service('prod')).spec.predictor.maxReplicas, undefined);
  });

  await t.test('only from the stages that it may come from, and only what is there', async () => {
    for (const [name, spec, reason] of [
      ['leap', { from: 'dev', to: 'prod' }, 'SourceNotPermitted'],
      ['nowhere', { from: 'dev', to: 'moon' }, 'StageNotFound'],
      ['nothing', { from: 'dev', to: 'test', service: 'other' }, 'ServiceNotFound'],
      ['unknown', { to: 'prod', digest: `sha256:${'0'.repeat(64)}` }, 'DigestNotFound'],
      ['pipeless', { from: 'dev', to: 'test', pipeline: 'other' }, 'PipelineNotFound'],
    ] as const) {
      await rig.promote(name, spec);
      const promotion = await rig.promotionWhen(name, (one) => reasonOf(one, 'Checked') === `False ${reason}`);
      assert.equal(promotion.status?.applied, undefined);
      await client.delete(promotions, { namespace: 'team-a', name });
    }
  });

  await t.test(
    'an approval is waited for, and what was approved is applied, whatever the source runs by then',
    async () => {
      await rig.setStages({ test: { overrides }, prod: { promotion: { approval: 'Required' } } });
      await rig.serve('v2');
      await rig.promote('second', { from: 'dev', to: 'test' });
      await rig.finished('second');
      await rig.promote('asked', { from: 'test', to: 'prod' });
      const waits = await rig.promotionWhen('asked', (one) => reasonOf(one, 'Approved') === 'Unknown ApprovalRequired');
      const digest = waits.status?.digest ?? '';
      assert.notEqual(digest, first);
      await rig.promote('behind', { from: 'test', to: 'prod' });
      const behind = await rig.promotionWhen('behind', (one) => reasonOf(one, 'Checked') === 'Unknown Waiting');
      assert.match(behind.status?.conditions?.[0]?.message ?? '', /Promotion asked/);
      await rig.promote('back-in-test', { to: 'test', digest: first });
      await rig.finished('back-in-test');
      await rig.promotionWhen('asked', (one) =>
        /test runs something else by now/.test(one.status?.conditions?.[1]?.message ?? ''),
      );
      await decide('asked', 'Approved', digest);
      const { status } = await rig.finished('asked');
      assert.equal(reasonOf({ status } as never, 'Healthy'), 'True Healthy');
      assert.ok(status?.approvedBy);
      assert.equal((await rig.service('prod')).spec.predictor.model?.storageUri, rig.uri('v2'));
      assert.equal(status?.previous?.digest, first);
      assert.equal(status?.previous?.promotion, 'onwards');
      await rig.promotionWhen('behind', (one) => reasonOf(one, 'Approved') === 'Unknown ApprovalRequired');
      await decide('behind', 'Rejected');
      const rejected = await rig.finished('behind');
      assert.equal(reasonOf(rejected, 'Approved'), 'False Rejected');
      assert.equal(rejected.status?.applied, undefined);
    },
  );

  await t.test('back to an earlier digest, without a source', async () => {
    await rig.setStages({ test: { overrides } });
    await rig.promote('return', { to: 'prod', digest: first });
    const { status } = await rig.finished('return');
    assert.equal(reasonOf({ status } as never, 'Healthy'), 'True Healthy');
    assert.equal((await rig.service('prod')).spec.predictor.model?.storageUri, rig.uri('v1'));
  });

  await t.test('a canary takes steps, and then all', async () => {
    const steps = [10, 50].map((trafficPercent) => ({ trafficPercent, holdSeconds: 0 }));
    await rig.setStages({ test: { overrides, canary: { steps } } });
    const seen = await watchCanary('canary', () => rig.promote('canary', { from: 'dev', to: 'test' }));
    const { status } = await rig.finished('canary');
    assert.equal(reasonOf({ status } as never, 'Healthy'), 'True Healthy');
    assert.deepEqual(await seen(), [10, 50]);
    assert.equal((await rig.service('test')).spec.predictor.canaryTrafficPercent, undefined);
    const { items } = await client.list(deployments, { namespace: 'fraud-test' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['scorer-predictor'],
    );
  });

  await t.test('a canary with wrong answers is taken back, and never gets more than its share', async (trying) => {
    const wrong = structuredClone(golden);
    wrong.tolerance = 0;
    const steps = [{ trafficPercent: 20 }, { trafficPercent: 80 }];
    await rig.setStages({ prod: { canary: { steps }, promotion: { from: ['dev', 'test'] } } });
    const before = await rig.service('prod');
    const answer = await rig.ask('prod');
    const load = startLoad(() => rig.request('prod'));
    trying.after(() => load.end());
    // It is right until it runs there: the check is written while the canary is tried.
    const seen = await watchCanary('wrong', () => rig.promote('wrong', { from: 'dev', to: 'prod' }));
    await rig.promotionWhen('wrong', ({ status }) => status?.canary?.trafficPercent === 20);
    await rig.setStages({ prod: { canary: { steps }, promotion: { from: ['dev', 'test'], checks: [wrong] } } });
    const { status } = await rig.finished('wrong');
    assert.equal(reasonOf({ status } as never, 'Healthy'), 'False PredictionDiffers');
    assert.equal(reasonOf({ status } as never, 'Applied'), 'False RolledBack');
    assert.equal(status?.rolledBack, true);
    assert.ok(!(await seen()).includes(80));
    await load.end();
    const answers = load.take();
    assert.deepEqual(
      answers.filter((one) => one.status !== 200),
      [],
    );
    const others = answers.filter(({ body }) => body !== answer);
    assert.ok(others.length < answers.length / 2, `${others.length} of ${answers.length} are answers of the canary`);
    assert.equal(await rig.ask('prod'), answer);
    const after = await rig.service('prod');
    assert.deepEqual(after.spec, before.spec);
    assert.deepEqual(after.metadata.annotations, before.metadata.annotations);
    assert.deepEqual(after.metadata.labels, before.metadata.labels);
    await eventually(async () => {
      const { items } = await client.list(events, { namespace: 'team-a' });
      const told = items.filter(({ involvedObject }) => involvedObject.name === 'wrong').map(({ reason }) => reason);
      assert.deepEqual(
        ['ChecksPassed', 'CanaryStep', 'PredictionDiffers', 'RolledBack'].filter((reason) => !told.includes(reason)),
        [],
      );
    });
  });

  await t.test('deleted on its way, it is taken back before it goes', async () => {
    const before = await rig.service('prod');
    await rig.setStages({ prod: { canary: { steps: [{ trafficPercent: 20 }] }, promotion: { from: ['dev'] } } });
    await rig.promote('regretted', { from: 'dev', to: 'prod' });
    await eventually(async () => {
      assert.equal((await rig.service('prod')).spec.predictor.canaryTrafficPercent, 20);
    });
    await client.delete(promotions, { namespace: 'team-a', name: 'regretted' });
    await eventually(() => isGone(client.get(promotions, { namespace: 'team-a', name: 'regretted' })));
    assert.deepEqual((await rig.service('prod')).spec, before.spec);
  });

  await t.test('a model that cannot be loaded is rolled back, and deleted where nothing was before', async () => {
    await rig.setStages({
      test: { overrides: [{ service: 'scorer', storageUri: rig.uri('broken') }] },
      prod: { promotion: { checks: [golden] } },
    });
    const before = await rig.service('test');
    await rig.promote('broken', { from: 'dev', to: 'test' });
    const { status } = await rig.finished('broken');
    assert.match(reasonOf({ status } as never, 'Healthy'), /^False (BlockedByFailedLoad|ContentDiffers)$/);
    assert.deepEqual((await rig.service('test')).spec, before.spec);
    await client.delete(inferenceServices, { namespace: 'fraud-test', name: 'scorer' });
    await rig.promote('broken-again', { from: 'dev', to: 'test' });
    assert.equal((await rig.finished('broken-again')).status?.rolledBack, true);
    await eventually(async () => {
      const { items } = await client.list(inferenceServices, { namespace: 'fraud-test' });
      assert.deepEqual(items, []);
    });
  });

  await t.test('the pipeline tells what its stages have, and forgets what is not kept any more', async () => {
    const brought = async (stage: string) => {
      const { status } = await client.get(pipelines, { namespace: 'team-a', name: 'fraud' });
      return status?.stages?.find(({ name }) => name === stage)?.services?.[0];
    };
    await eventually(async () => {
      assert.deepEqual(await brought('prod'), { name: 'scorer', digest: first, promotion: 'return' });
    });
    assert.deepEqual(await brought('dev'), { name: 'scorer' });
    await rig.setStages({}, 1);
    await eventually(async () => {
      const { items } = await client.list(promotions, { namespace: 'team-a' });
      const names = items.filter(({ spec }) => spec.to === 'prod').map(({ metadata }) => metadata.name);
      // What the stage has, and the last one, which has what it had before.
      assert.deepEqual(names.sort(), ['return', 'wrong']);
    });
  });

  await t.test('when all has ended, nothing is written any more', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = rig.writes.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(rig.writes.slice(before), []);
    const kept = JSON.stringify(
      (await client.list(promotions, { namespace: 'team-a' })).items.map(({ status }) => status),
    );
    await rig.restartOperator();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(rig.writes.slice(before), []);
    assert.equal(
      JSON.stringify((await client.list(promotions, { namespace: 'team-a' })).items.map(({ status }) => status)),
      kept,
    );
  });

  await t.test('services go with a stage, or the pipeline, that says so', async () => {
    await rig.promote('last', { from: 'dev', to: 'test' });
    await rig.finished('last');
    await rig.setStages({ test: { reclaim: 'Delete' } });
    const mark = async () =>
      (await rig.service('test')).metadata.annotations?.['platform.serval.dev/promotion-reclaim'];
    await eventually(async () => assert.equal(await mark(), 'fraud-test'));
    await rig.setStages({ prod: { reclaim: 'Delete' } }, undefined, ['dev', 'prod']);
    await eventually(() => isGone(rig.service('test')));
    await client.delete(pipelines, { namespace: 'team-a', name: 'fraud' });
    await eventually(() => isGone(client.get(pipelines, { namespace: 'team-a', name: 'fraud' })));
    await isGone(rig.service('prod'));
    assert.ok(await rig.service('dev'));
    assert.match(rig.told(), /^serval_promotions_total\{outcome="Healthy"\} [1-9]/m);
  });

  async function isGone(asked: Promise<unknown>): Promise<void> {
    await assert.rejects(asked, (error) => isStatusError(error, 'NotFound'));
  }

  async function decide(name: string, decision: 'Approved' | 'Rejected', digest?: string): Promise<void> {
    const approval = { decision, ...(digest ? { digest } : {}) };
    await client.patch(promotions, { namespace: 'team-a', name }, 'merge', { spec: { approval } });
  }

  /** Shares that the status tells, in order. */
  async function watchCanary(name: string, begin: () => Promise<unknown>) {
    const shares: number[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const { object } of client.watch(promotions, { namespace: 'team-a', signal: stop.signal })) {
        const { metadata, status } = object as Awaited<ReturnType<PromotionRig['finished']>>;
        const share = metadata.name === name ? status?.canary?.trafficPercent : undefined;
        if (share !== undefined && shares.at(-1) !== share) shares.push(share);
      }
    })();
    await begin();
    return async () => {
      stop.abort();
      await watching;
      return shares;
    };
  }
});
