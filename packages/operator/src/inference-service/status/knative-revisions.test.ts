import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentStatus } from '@serval/api';
import type { KnativeService, KnativeTraffic } from '@serval/kube/objects';
import { knativeComponentStatus } from './knative-revisions.ts';

const latest = (revisionName: string, percent: number): KnativeTraffic => ({
  revisionName,
  latestRevision: true,
  percent,
});
const prev = (revisionName: string, percent: number): KnativeTraffic => ({
  revisionName,
  latestRevision: false,
  percent,
  tag: 'prev',
});

function rolledOut(
  before: [latest?: string, previous?: string],
  status: { created: string; ready?: string; traffic: KnativeTraffic[]; isStale?: boolean },
): (string | undefined)[] {
  const service: KnativeService = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'a', generation: 2 },
    spec: { template: { spec: { containers: [] } } },
    status: {
      observedGeneration: status.isStale ? 1 : 2,
      latestCreatedRevisionName: status.created,
      ...(status.ready ? { latestReadyRevisionName: status.ready } : {}),
      traffic: status.traffic,
    },
  };
  const [latestRolledoutRevision, previousRolledoutRevision] = before;
  const now = knativeComponentStatus(service, {
    ...(latestRolledoutRevision ? { latestRolledoutRevision } : {}),
    ...(previousRolledoutRevision ? { previousRolledoutRevision } : {}),
  } satisfies ComponentStatus);
  return [now.latestRolledoutRevision, now.previousRolledoutRevision];
}

test('a first revision that has all requests is rolled out', () => {
  assert.deepEqual(rolledOut([], { created: '1', ready: '1', traffic: [latest('1', 100)] }), ['1', undefined]);
});
test('a revision that is not ready is not', () => {
  assert.deepEqual(rolledOut([], { created: '1', traffic: [] }), [undefined, undefined]);
});
test('a canary leaves things as they are', () => {
  const status = { created: '2', ready: '2', traffic: [latest('2', 10), prev('1', 90)] };
  assert.deepEqual(rolledOut(['1'], status), ['1', undefined]);
});
test('a promoted canary is rolled out, and the one before it is known', () => {
  assert.deepEqual(rolledOut(['1'], { created: '2', ready: '2', traffic: [latest('2', 100)] }), ['2', '1']);
});
test('what is rolled out stays so', () => {
  assert.deepEqual(rolledOut(['2', '1'], { created: '2', ready: '2', traffic: [latest('2', 100)] }), ['2', '1']);
});
test('a promoted one that shares with itself is taken back', () => {
  assert.deepEqual(rolledOut(['2', '1'], { created: '2', ready: '2', traffic: [latest('2', 20), prev('2', 80)] }), [
    '1',
    '1',
  ]);
});
test('there is no way back from the first one', () => {
  assert.deepEqual(rolledOut(['1'], { created: '1', ready: '1', traffic: [latest('1', 20), prev('1', 80)] }), [
    '1',
    undefined,
  ]);
});
test('a newer one that is not ready takes nothing back', () => {
  assert.deepEqual(rolledOut(['2', '1'], { created: '3', ready: '2', traffic: [latest('2', 20), prev('2', 80)] }), [
    '2',
    '1',
  ]);
});
test('shares of an older specification say nothing', () => {
  const status = { created: '2', ready: '2', traffic: [latest('2', 100)], isStale: true };
  assert.deepEqual(rolledOut(['1'], status), ['1', undefined]);
});
test('without a Knative Service what was known stays known', () => {
  assert.deepEqual(knativeComponentStatus(undefined, { url: 'http://a', latestRolledoutRevision: '1' }), {
    latestRolledoutRevision: '1',
  });
});
