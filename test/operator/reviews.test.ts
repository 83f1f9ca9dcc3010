import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceServices, type Pipeline, type Promotion, pipelines, promotions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { defineResource, events, isStatusError, type KubeObject, namespaces } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { pipeline as putPipeline, start } from './pipeline-rig.ts';
import { reasonOf, startPromotions } from './promotion-rig.ts';

const fraud = { namespace: 'team-a', name: 'fraud' };
const clusterRoles = defineResource<KubeObject & { rules: { resources: string[]; verbs: string[] }[] }>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
});

const review = (client: Client, more: object = {}) =>
  client.patch(pipelines, fraud, 'merge', { spec: { review: { ttl: '10m', maxEnvironments: 1, ...more } } });

async function reviewsWhen(client: Client, wanted: (reviews: NonNullable<Pipeline['status']>['reviews']) => unknown) {
  return await eventually(async () => {
    const { status } = await client.get(pipelines, fraud);
    assert.ok(wanted(status?.reviews), JSON.stringify(status?.reviews));
    return status?.reviews ?? [];
  }, 30_000);
}

const goes = async (client: Client, name: string) =>
  await eventually(async () => {
    const live = await client.get(namespaces, { name }).catch((error: unknown) => {
      if (!isStatusError(error, 'NotFound')) throw error;
    });
    assert.ok(!live || live.metadata.deletionTimestamp, `namespace ${name} is there`);
  });

test('a version gets an environment of its own, and it goes with its Promotion', async (t) => {
  const rig = await startPromotions(t);
  const { client } = rig;
  await rig.setStages({});
  await review(client);
  await rig.serve('v1');
  await rig.promote('look', { from: 'dev', to: 'review' });
  const { status } = await rig.finished('look');
  assert.equal(reasonOf({ status } as Promotion, 'Healthy'), 'True Healthy', JSON.stringify(status?.conditions));
  const [told] = await reviewsWhen(client, (all) => all?.[0]?.digest);
  const { namespace = '', ...record } = told ?? {};
  const live = await client.get(namespaces, { name: namespace });
  const { expiresAt } = record;
  assert.deepEqual(record, {
    uid: live.metadata.uid,
    promotion: 'look',
    service: 'scorer',
    digest: status?.digest,
    expiresAt,
  });
  assert.match(namespace, /^fraud-review-[0-9a-f]{10}$/);
  assert.equal(live.metadata.labels?.['platform.serval.dev/review'], 'fraud');
  assert.equal(live.metadata.annotations?.['platform.serval.dev/promotion'], 'team-a/look');
  await client.get(inferenceServices, { namespace, name: 'scorer' });

  await t.test('one that is there is written nothing about', async () => {
    const before = rig.writes.length;
    await client.patch(pipelines, fraud, 'merge', { metadata: { annotations: { other: 'x' } } });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(rig.writes.slice(before), []);
  });

  await t.test('no more of them than may be', async () => {
    await rig.promote('second', { from: 'dev', to: 'review' });
    await rig.promotionWhen('second', (one) => reasonOf(one, 'Checked') === 'False TooManyEnvironments');
    await client.delete(promotions, { namespace: 'team-a', name: 'second' });
  });

  await t.test('it goes with its Promotion, and nothing else does', async () => {
    await client.delete(promotions, { namespace: 'team-a', name: 'look' });
    await goes(client, namespace);
    await reviewsWhen(client, (all) => !all?.length);
    await eventually(async () => assert.deepEqual((await client.get(pipelines, fraud)).metadata.finalizers ?? [], []));
    await eventually(async () => {
      const { items } = await client.list(events, { namespace: 'team-a' });
      const told = items.filter(({ involvedObject }) => involvedObject.kind === 'Pipeline').map(({ reason }) => reason);
      assert.ok(told.includes('ReviewMade') && told.includes('ReviewRemoved'), told.join());
    });
    const { items } = await client.list(namespaces);
    for (const name of ['fraud-dev', 'fraud-test', 'fraud-prod', 'team-a']) {
      assert.ok(items.some(({ metadata }) => metadata.name === name && !metadata.deletionTimestamp));
    }
  });
});

test('environments and time, kills, rights and pipelines that go', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  const promote = (name: string) =>
    client.create(promotions, {
      apiVersion: 'platform.serval.dev/v1alpha1',
      kind: 'Promotion',
      metadata: { namespace: 'team-a', name },
      spec: { pipeline: 'fraud', service: 'scorer', from: 'dev', to: 'review' },
    } as Promotion);
  await putPipeline(client, 'team-a', { dev: 'fraud-dev', prod: 'fraud-prod' }, {});
  await review(client, { maxEnvironments: 5 });

  await t.test('killed between any two writes, there is one for each, and it is known again', async () => {
    for (let writes = 0; writes < 4; writes++) {
      rig.cutOffAfter(writes);
      await promote(`cut-${writes}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await rig.restartOperator();
    }
    const records = await reviewsWhen(client, (all) => all?.length === 4 && all.every(({ uid }) => uid));
    assert.deepEqual(records.map(({ promotion }) => promotion).sort(), ['cut-0', 'cut-1', 'cut-2', 'cut-3']);
    for (const { namespace = '', uid } of records) {
      assert.equal((await client.get(namespaces, { name: namespace })).metadata.uid, uid);
    }
  });

  await t.test('when their time is over, they are deleted', async () => {
    const { reviews = [] } = (await client.get(pipelines, fraud)).status ?? {};
    rig.passes(11 * 60);
    await review(client, { maxEnvironments: 4 }); // something to look for: the clock's jump wakes nobody
    for (const { namespace = '' } of reviews) await goes(client, namespace);
  });

  await t.test('without the right it is told, and nothing is made', async () => {
    for (const { metadata } of (await client.list(promotions, { namespace: 'team-a' })).items) {
      await client.delete(promotions, { namespace: 'team-a', name: metadata.name ?? '' });
    }
    await review(client, { namespacePrefix: 'denied', maxEnvironments: 9, ttl: '720h' });
    const role = await client.get(clusterRoles, { name: 'serval-operator' });
    const without = role.rules.filter(
      ({ resources, verbs }) => !resources.includes('namespaces') || !verbs.includes('create'),
    );
    assert.equal(without.length, role.rules.length - 1);
    await client.update(clusterRoles, { ...role, rules: without });
    await promote('denied');
    await eventually(async () => {
      const promotion = await client.get(promotions, { namespace: 'team-a', name: 'denied' });
      assert.equal(reasonOf(promotion, 'Checked'), 'False NamespaceRefused', JSON.stringify(promotion.status));
    });
    const { items } = await client.list(namespaces);
    assert.ok(!items.some(({ metadata }) => metadata.name?.startsWith('denied')));
    const changed = await client.get(clusterRoles, { name: 'serval-operator' });
    await client.update(clusterRoles, { ...changed, rules: role.rules });
    await client.delete(promotions, { namespace: 'team-a', name: 'denied' });
  });

  await t.test('a pipeline that goes takes its environments along, and no other namespace', async () => {
    await promote('last');
    const [record] = await reviewsWhen(client, (all) => all?.some(({ promotion, uid }) => promotion === 'last' && uid));
    assert.ok(record);
    const before = await client.list(namespaces);
    const others = before.items.filter(({ metadata }) => !metadata.labels?.['platform.serval.dev/review']);
    await client.delete(pipelines, fraud);
    for (const { metadata } of before.items) {
      if (metadata.labels?.['platform.serval.dev/review']) await goes(client, metadata.name ?? '');
    }
    const after = await client.list(namespaces);
    for (const { metadata } of others) {
      assert.ok(after.items.some((one) => one.metadata.uid === metadata.uid && !one.metadata.deletionTimestamp));
    }
  });
});
