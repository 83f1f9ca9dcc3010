import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline, Promotion, ReviewStatus } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { reviewNamespaceOf } from './names.ts';
import { planReviews } from './plan-reviews.ts';
import { renderReviewNamespace } from './review-namespace.ts';

const hour = 3_600_000;
const start = Date.parse('2030-01-01T00:00:00Z');

function pipeline(
  reviews: readonly ReviewStatus[] = [],
  review: object | null = { ttl: '24h', maxEnvironments: 2 },
): Pipeline {
  return {
    metadata: { namespace: 'team', name: 'fraud', uid: 'pipeline-uid' },
    spec: { stages: [{ name: 'dev', namespace: 'fraud-dev' }], ...(review ? { review } : {}) },
    status: { reviews },
  } as unknown as Pipeline;
}

function promotion(name: string, { status = {}, metadata = {}, spec = {} } = {}): Promotion {
  return {
    metadata: { namespace: 'team', name, uid: `uid-${name}`, creationTimestamp: '2030-01-01T00:00:00Z', ...metadata },
    spec: { pipeline: 'fraud', service: 'scorer', from: 'dev', to: 'review', ...spec },
    status,
  } as unknown as Promotion;
}

const one = promotion('one');
const name = reviewNamespaceOf(pipeline(), 'uid-one');
const made = (from: Promotion = one, uid = 'namespace-uid'): KubeObject => {
  const object = renderReviewNamespace(pipeline(), from, undefined);
  return { ...object, metadata: { ...object.metadata, uid } };
};
const intent: ReviewStatus = {
  namespace: name,
  promotion: 'one',
  service: 'scorer',
  expiresAt: '2030-01-02T00:00:00Z',
};
const record: ReviewStatus = { ...intent, uid: 'namespace-uid' };

function plan(of: Pipeline, promotions: readonly Promotion[], live: readonly KubeObject[] = [], now = start + hour) {
  const namespace = (wanted: string) => live.find(({ metadata }) => metadata.name === wanted);
  const { records, create, remove } = planReviews({ pipeline: of, promotions, namespace }, now);
  return {
    records,
    create: create.map(({ metadata }) => metadata.name),
    remove: remove.map(({ name: gone, uid }) => ({ gone, uid })),
  };
}
const nothing = { create: [], remove: [] };

test('an environment is recorded before it is made, and its UID after', () => {
  assert.deepEqual(plan(pipeline(), [one]), { ...nothing, records: [intent] });
  assert.deepEqual(plan(pipeline([intent]), [one]), { ...nothing, records: [intent], create: ['one'] });
  assert.deepEqual(plan(pipeline([intent]), [one], [made()]), { ...nothing, records: [record] });
  assert.deepEqual(plan(pipeline([record]), [one], [made()]), { ...nothing, records: [record] });
});

test('its name says whose it is, within the length of a namespace', () => {
  assert.match(name, /^fraud-review-[0-9a-f]{10}$/);
  const long = pipeline([], { namespacePrefix: 'p'.repeat(60) });
  assert.ok(reviewNamespaceOf(long, 'u').length <= 63);
});

test('no more than may be, the earlier ones first; who waits gets the place of who goes', () => {
  const later = (one: string, at: string) => promotion(one, { metadata: { creationTimestamp: at } });
  const all = [
    later('c', '2030-01-01T00:00:03Z'),
    later('a', '2030-01-01T00:00:01Z'),
    later('b', '2030-01-01T00:00:02Z'),
  ];
  const planned = plan(pipeline(), all).records;
  assert.deepEqual(
    planned.map(({ promotion: of }) => of),
    ['a', 'b'],
  );
  const next = plan(
    pipeline(planned),
    all.filter(({ metadata }) => metadata.name !== 'a'),
  ).records;
  assert.deepEqual(
    next.map(({ promotion: of }) => of),
    ['b', 'c'],
  );
});

for (const [title, of, promotions, now] of [
  ['its time is over', pipeline([record]), [one], start + 25 * hour],
  ['its Promotion is gone', pipeline([record]), [], start + hour],
  [
    'its Promotion goes',
    pipeline([record]),
    [promotion('one', { metadata: { deletionTimestamp: 'x' } })],
    start + hour,
  ],
  ['the pipeline has no reviews any more', pipeline([record], null), [one], start + hour],
  [
    'the pipeline goes',
    { ...pipeline([record]), metadata: { ...pipeline().metadata, deletionTimestamp: 'x' } },
    [one],
    start + hour,
  ],
] as const) {
  test(`a namespace that was made is removed when ${title}, and told until it is gone`, () => {
    const expected = { create: [], records: [record], remove: [{ gone: name, uid: 'namespace-uid' }] };
    assert.deepEqual(plan(of, promotions, [made()], now), expected);
    const going = { ...made(), metadata: { ...made().metadata, deletionTimestamp: 'x' } };
    assert.deepEqual(plan(of, promotions, [going], now), { ...nothing, records: [record] });
    assert.deepEqual(plan(of, promotions, [], now), { ...nothing, records: [] });
  });
}

const other = made();
for (const [title, live] of [
  ['has no label', { ...other, metadata: { ...other.metadata, labels: {} } }],
  [
    'has the label of another pipeline',
    { ...other, metadata: { ...other.metadata, labels: { 'platform.serval.dev/review': 'x' } } },
  ],
  ['has another UID', made(one, 'another')],
  [
    'says that it is of another Promotion',
    { ...made(promotion('two')), metadata: { ...made(promotion('two')).metadata, name } },
  ],
  ['says nothing', { ...other, metadata: { name, uid: 'namespace-uid' } }],
] as const) {
  test(`a namespace is never removed that ${title}`, () => {
    assert.deepEqual(plan(pipeline([record]), [], [live]), { ...nothing, records: [] });
  });
}

test('what a record alone names is not removed: a forged one would delete namespaces of others', () => {
  const forged = { namespace: 'payments', uid: 'u', promotion: 'one' };
  const live = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments', uid: 'u' } };
  assert.deepEqual(plan(pipeline([forged]), [], [live]), { ...nothing, records: [] });
});

test("a namespace of that name that is somebody else's is told and left alone", () => {
  const live = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: 'x' } };
  const planned = plan(pipeline([intent]), [one], [live]);
  assert.equal(planned.records[0]?.reason, 'NamespaceConflict');
  assert.deepEqual(planned.remove, []);
  assert.deepEqual(plan(pipeline(planned.records), [], [live]), { ...nothing, records: [] });
});

test('an environment is made once: not again for what has ended, is over, or was deleted by hand', () => {
  const ended = promotion('one', { status: { completedAt: 'x' } });
  assert.deepEqual(plan(pipeline(), [ended]), { ...nothing, records: [] });
  assert.deepEqual(plan(pipeline(), [one], [], start + 25 * hour), { ...nothing, records: [] });
  assert.deepEqual(plan(pipeline([record]), [ended]), { ...nothing, records: [] });
});

test('killed between making and recording, it knows its own again, also to remove it', () => {
  assert.deepEqual(plan(pipeline([intent]), [], [made()]), { ...nothing, records: [record] });
  assert.deepEqual(plan(pipeline([record]), [], [made()]).remove, [{ gone: name, uid: 'namespace-uid' }]);
});

test('the next look is when the first one is over', () => {
  const observed = { pipeline: pipeline(), promotions: [one], namespace: () => undefined };
  assert.equal(planReviews(observed, start + hour).againMs, 23 * hour);
});

test('what Pods may do where the service comes from, they may do there', () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', team: 'x' };
  const source = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fraud-dev', labels } };
  assert.deepEqual(renderReviewNamespace(pipeline(), one, source).metadata.labels, {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'platform.serval.dev/review': 'fraud',
  });
});
