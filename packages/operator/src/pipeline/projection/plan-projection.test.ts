import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Secret } from '@serval/kube/objects';
import { pullSecretShape } from '../registry/registry-projection.ts';
import { type LiveProjection, type ProjectedContent, planProjection } from './plan-projection.ts';

const digestOf = (value: string) => createHash('sha256').update(value).digest('hex');
const config = (text: string): ProjectedContent => ({
  '.dockerconfigjson': Buffer.from(text).toString('base64'),
});
const content = config('{"auths":{"ghcr.io":{}}}');

function liveSecret(change: Partial<Secret> = {}): LiveProjection {
  const plan = planProjection(pullSecretShape, 'ns', content, undefined, digestOf);
  assert.ok(plan.action === 'create');
  const secret = { ...plan.object, ...change };
  const digests = Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, digestOf(value)]));
  return { secret, digests };
}

const cases: readonly [string, ProjectedContent | undefined, LiveProjection | undefined, string][] = [
  ['nothing is needed and nothing is there', undefined, undefined, 'nothing'],
  ['it is needed', content, undefined, 'create'],
  ['it is as it should be', content, liveSecret(), 'nothing'],
  ['it is needed no more', undefined, liveSecret(), 'delete'],
  ['the content is another', config('{}'), liveSecret(), 'patch'],
  ['somebody edited it', content, liveSecret({ data: { '.dockerconfigjson': 'e30=' } }), 'patch'],
  ['somebody emptied it', content, liveSecret({ data: {} }), 'patch'],
  ['somebody added to it', content, liveSecret({ data: { ...liveSecret().secret.data, more: 'eA==' } }), 'patch'],
  ['somebody locked it with another content', config('{}'), liveSecret({ immutable: true }), 'delete'],
  ['somebody locked it with its content', content, liveSecret({ immutable: true }), 'nothing'],
  ['it is of another type', content, liveSecret({ type: 'Opaque' }), 'delete'],
  [
    'it is going',
    content,
    liveSecret({ metadata: { ...liveSecret().secret.metadata, deletionTimestamp: 'now' } }),
    'nothing',
  ],
  ['somebody has one of that name', content, liveSecret({ metadata: { namespace: 'ns', name: 'x' } }), 'conflict'],
  [
    'somebody has one, and none is needed',
    undefined,
    liveSecret({ metadata: { namespace: 'ns', name: 'x' } }),
    'nothing',
  ],
  ['it is too large', config('x'.repeat(1024 * 1024 + 1)), undefined, 'too-large'],
  ['it is too large, and a former one is there', config('x'.repeat(1024 * 1024 + 1)), liveSecret(), 'too-large'],
  ['it is as large as can be', config('x'.repeat(1024 * 1024)), undefined, 'create'],
];

for (const [when, wanted, live, action] of cases) {
  test(`${action} when ${when}`, () => {
    const plan = planProjection(pullSecretShape, 'ns', wanted, live, digestOf);
    assert.equal(plan.action, action);
    if (plan.action === 'too-large') assert.equal(plan.isThere, live !== undefined);
    if (plan.action === 'patch') {
      const { data } = plan.patch as { data: Record<string, string | null> };
      const merged = Object.entries({ ...live?.secret.data, ...data }).filter(([, value]) => value !== null);
      assert.deepEqual(Object.fromEntries(merged), wanted);
    }
  });
}
