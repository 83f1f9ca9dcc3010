import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Pipeline, type Promotion, type PromotionApproval, pipelines, promotions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { defineResource, isStatusError, type KubeObject } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from './support.ts';

const namespace = 'default';
const apiVersion = 'platform.serval.dev/v1alpha1';
const place = { namespace, name: 'scorer' };
const digest = `sha256:${'a'.repeat(64)}`;
const approved: PromotionApproval = { decision: 'Approved', digest };

const rbac = (plural: string, kind: string) =>
  defineResource<KubeObject>({ group: 'rbac.authorization.k8s.io', version: 'v1', plural, kind, namespaced: true });

/** ann may write promotions and decide on those of the pipeline fraud; bob may write promotions. */
async function start(t: TestContext): Promise<{ client: Client; ann: Client; bob: Client }> {
  const { client, clientAs } = await startTestPlatform(t);
  const group = 'platform.serval.dev';
  const writes = { apiGroups: [group], resources: ['promotions'], verbs: ['get', 'create', 'update', 'patch'] };
  const approves = { apiGroups: [group], resources: ['pipelines'], resourceNames: ['fraud'], verbs: ['approve'] };
  await allow(client, 'ann', [writes, approves]);
  await allow(client, 'bob', [writes]);
  return { client, ann: clientAs('ann'), bob: clientAs('bob') };
}

async function allow(client: Client, user: string, rules: object[]): Promise<void> {
  const head = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { namespace, name: user } };
  const apiGroup = 'rbac.authorization.k8s.io';
  const role = { ...head, kind: 'Role', rules };
  const binding = {
    ...head,
    kind: 'RoleBinding',
    roleRef: { apiGroup, kind: 'Role', name: user },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  };
  await client.create(rbac('roles', 'Role'), role);
  await client.create(rbac('rolebindings', 'RoleBinding'), binding);
}

const promotion = (spec: Partial<Promotion['spec']> = {}): Promotion => ({
  apiVersion,
  kind: 'Promotion',
  metadata: { ...place },
  spec: { pipeline: 'fraud', service: 'scorer', from: 'test', to: 'prod', ...spec },
});

/** As far as the operator would have brought it. */
async function makeChecked(client: Client, spec: Partial<Promotion['spec']> = {}): Promise<void> {
  await client.create(promotions, promotion(spec));
  await client.patch(promotions, place, 'merge', { status: { digest } }, { subresource: 'status' });
}

const decide = (client: Client, approval: object | null) =>
  client.patch(promotions, place, 'merge', { spec: { approval } });

const refusal = (reason: 'Forbidden' | 'Invalid', message: RegExp) => (error: unknown) =>
  isStatusError(error, reason) && message.test((error as Error).message);

test('who decides is written by the platform, whatever the request says, and stays', async (t) => {
  const { client, ann, bob } = await start(t);
  await makeChecked(client);
  const { spec } = await decide(ann, { ...approved, approvedBy: { username: 'the boss', uid: '7', at: 'yesterday' } });
  assert.equal(spec.approval?.approvedBy?.username, 'ann');
  assert.notEqual(spec.approval?.approvedBy?.uid, '7');
  assert.ok(!Number.isNaN(Date.parse(spec.approval?.approvedBy?.at ?? '')));

  await assert.rejects(decide(bob, { approvedBy: { username: 'bob' } }).then(whoApproved), /^Error: ann$/);
  await assert.rejects(decide(ann, { comment: 'on second thoughts' }), refusal('Invalid', /decision is made once/));
  await assert.rejects(decide(ann, null), refusal('Invalid', /must keep its approval/));
  // Who writes the whole object need not know who approved it.
  // The operator may write the status in between.
  const stored = await eventually(async () => {
    const seen = await bob.get(promotions, place);
    const { approvedBy: _, ...decision } = seen.spec.approval as PromotionApproval;
    const metadata = { ...seen.metadata, labels: { a: 'b' } };
    await bob.update(promotions, { ...seen, metadata, spec: { ...seen.spec, approval: decision } });
    return seen;
  });
  const after = await client.get(promotions, place);
  assert.deepEqual([after.spec, after.metadata.labels], [stored.spec, { a: 'b' }]);
});

function whoApproved({ spec }: Promotion): never {
  throw new Error(spec.approval?.approvedBy?.username);
}

test('only who is allowed the verb approve on the pipeline decides, either way', async (t) => {
  const { client, ann, bob } = await start(t);
  await makeChecked(client);
  const denied = refusal('Forbidden', /"bob" may not decide on promotions of pipeline default\/fraud/);
  await assert.rejects(decide(bob, approved), denied);
  await assert.rejects(decide(bob, { decision: 'Rejected' }), denied);
  await assert.rejects(decide(bob, { ...approved, approvedBy: { username: 'ann', at: 'now' } }), denied);
  await client.delete(promotions, place);

  await makeChecked(client, { pipeline: 'others' });
  await assert.rejects(decide(ann, approved), refusal('Forbidden', /"ann" may not decide .* default\/others/));
});

test('what is approved is what was checked, and nothing before', async (t) => {
  const { client, ann } = await start(t);
  await assert.rejects(
    ann.create(promotions, promotion({ approval: approved })),
    refusal('Invalid', /must be left out of a new Promotion/),
  );
  await client.create(promotions, promotion());
  await assert.rejects(decide(ann, approved), refusal('Invalid', /must wait until the Promotion was checked/));
  await client.delete(promotions, place);

  await makeChecked(client);
  const other = `sha256:${'b'.repeat(64)}`;
  await assert.rejects(
    decide(ann, { ...approved, digest: other }),
    refusal('Invalid', /must be the digest that was checked/),
  );
  const { spec } = await decide(ann, { decision: 'Rejected', comment: 'too slow' });
  assert.equal(spec.approval?.approvedBy?.username, 'ann');
});

test('pipelines are checked when they are written, and get their defaults', async (t) => {
  const { client } = await start(t);
  const pipeline = (stageNamespace: string): Pipeline => ({
    apiVersion,
    kind: 'Pipeline',
    metadata: { namespace, name: 'fraud' },
    spec: { stages: [{ name: 'dev', namespace: stageNamespace }] },
  });
  await assert.rejects(client.create(pipelines, pipeline('serval-system')), refusal('Invalid', /the platform's own/));
  const made = await client.create(pipelines, pipeline('fraud-dev'));
  assert.equal(made.spec.stages[0]?.reclaim, 'Retain');
});
