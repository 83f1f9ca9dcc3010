import assert from 'node:assert/strict';
import {
  type CredentialGrant,
  credentialGrants,
  type Pipeline,
  type PlatformDefaults,
  type Promotion,
  pipelines,
  platformDefaults,
  promotions,
} from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type KubeObject, type Resource, StatusError } from '@serval/kube/objects';

const apiVersion = 'platform.serval.dev/v1alpha1';
const namespace = 'default';
const digest = `sha256:${'a'.repeat(64)}`;
/** A text that no answer may repeat. */
const sentinel = 'sentinel-password';

type Stage = Pipeline['spec']['stages'][number];
const stage = (name: string, more: Partial<Stage> = {}): Stage => ({ name, namespace: `fraud-${name}`, ...more });

const pipeline = (spec: Partial<Pipeline['spec']> = {}): Pipeline => ({
  apiVersion,
  kind: 'Pipeline',
  metadata: { name: 'fraud', namespace },
  spec: { stages: [stage('dev'), stage('prod')], ...spec },
});
const promotion = (spec: Partial<Promotion['spec']> = {}): Promotion => ({
  apiVersion,
  kind: 'Promotion',
  metadata: { name: 'scorer', namespace },
  spec: { pipeline: 'fraud', service: 'scorer', from: 'dev', to: 'prod', ...spec },
});
const registry = (...matches: string[]) => ({
  registryCredentials: { entries: matches.map((match) => ({ match, secretRef: { name: 'pull' } })) },
});
const storage = (match: string) => ({ storageCredentials: { entries: [{ match, secretRef: { name: 's3' } }] } });
const checked = (check: object) => stage('prod', { promotion: { checks: [check as never] } });
const defaults = (name: string): PlatformDefaults => ({ apiVersion, kind: 'PlatformDefaults', metadata: { name } });

type Attempt = [what: string, object: KubeObject, refusal?: RegExp];

/** What API servers judge of new objects without any webhook. */
const created: Attempt[] = [
  ['defaults', defaults('default')],
  ['defaults of another name', defaults('mine'), /metadata\.name must be default/],
  [
    'a pipeline',
    pipeline({ ...registry('ghcr.io', '*.example.com:5000/a-b/c', '[::1]:5000', 'https://index.docker.io/v1/') }),
  ],
  ['one with storage', pipeline(storage('s3://models/fraud'))],
  ['a registry with a scheme', pipeline(registry('oci://ghcr.io')), /must be a registry as HOST/],
  ['a registry with a password', pipeline(registry(`user:${sentinel}@ghcr.io`)), /must be a registry as HOST/],
  ['a registry with a wildcard in its path', pipeline(registry('ghcr.io/*')), /must be a registry as HOST/],
  ['the same match twice', pipeline(registry('ghcr.io', 'ghcr.io')), /Duplicate value/],
  ['no match', pipeline(registry('')), /at least 1 chars/],
  ['too much of a match', pipeline(registry(`ghcr.io/${'a'.repeat(300)}`)), /263/],
  ['storage with a wildcard', pipeline(storage('s3://models-*')), /must be an address as SCHEME/],
  ['storage with a password', pipeline(storage(`s3://user:${sentinel}@models`)), /must be an address as SCHEME/],
  ['storage that is no address', pipeline(storage('models')), /must be an address as SCHEME/],
  ['no stages', pipeline({ stages: [] }), /at least 1 items/],
  ['a stage twice', pipeline({ stages: [stage('dev'), stage('dev', { namespace: 'other' })] }), /Duplicate value/],
  [
    'a namespace twice',
    pipeline({ stages: [stage('dev'), stage('prod', { namespace: 'fraud-dev' })] }),
    /a namespace of its own/,
  ],
  [
    'a namespace of the system',
    pipeline({ stages: [stage('dev', { namespace: 'kube-system' })] }),
    /those start with kube-/,
  ],
  [
    'a stage that is named as none can be',
    pipeline({ stages: [stage('Dev', { namespace: 'dev' })] }),
    /lower-case letters/,
  ],
  ['the stage review', pipeline({ stages: [stage('review')] }), /no stage may be named review/],
  [
    'a stage from itself',
    pipeline({ stages: [stage('dev'), stage('prod', { promotion: { from: ['prod'] } })] }),
    /must name other stages/,
  ],
  [
    'a stage from none',
    pipeline({ stages: [stage('dev'), stage('prod', { promotion: { from: ['test'] } })] }),
    /must name other stages/,
  ],
  ['a stage from another', pipeline({ stages: [stage('dev'), stage('prod', { promotion: { from: ['dev'] } })] })],
  [
    'a check',
    pipeline({
      stages: [checked({ type: 'Prediction', request: { body: { instances: [[1]] } }, expect: { predictions: [1] } })],
    }),
  ],
  ['a prediction of nothing', pipeline({ stages: [checked({ type: 'Prediction' })] }), /must have request and expect/],
  [
    'readiness with a request',
    pipeline({ stages: [checked({ type: 'Ready', expect: {} })] }),
    /must have request and expect/,
  ],
  ['a review', pipeline({ review: { ttl: '1h30m' } })],
  ['a review of days', pipeline({ review: { ttl: '2d' } }), /hours and minutes/],
  ['a promotion', promotion()],
  [
    'one to go back',
    { ...promotion(), spec: { pipeline: 'fraud', service: 'scorer', digest, to: 'prod' } } as KubeObject,
  ],
  ['a promotion of two things', promotion({ digest }), /exactly one of from and digest/],
  ['a promotion to where it is', promotion({ from: 'prod' }), /from one stage to another/],
  [
    'a digest that is none',
    promotion({ approval: { decision: 'Approved', digest: 'sha256:12' } }),
    /64 hexadecimal digits/,
  ],
  ['an approval of nothing', promotion({ approval: { decision: 'Approved' } }), /must name the digest/],
  ['a grant', grant([{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud', stages: ['prod'] }])],
  ['a grant for nobody', grant([]), /at least 1 items/],
  [
    'a grant for no stage',
    grant([{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud', stages: [] }]),
    /at least 1 items/,
  ],
];

function grant(from: CredentialGrant['spec']['from']): CredentialGrant {
  return {
    apiVersion,
    kind: 'CredentialGrant',
    metadata: { name: 'fraud', namespace },
    spec: { from, to: [{ kind: 'Secret', name: 'pull', use: ['pull'] }] },
  };
}

const approved = { decision: 'Approved' as const, digest };
/** What they judge of changes: before, after. */
const changed: [what: string, before: KubeObject, after: KubeObject, refusal?: RegExp][] = [
  [
    'another namespace',
    pipeline(),
    pipeline({ stages: [stage('dev'), stage('prod', { namespace: 'x' })] }),
    /must not be changed: services live there/,
  ],
  ['another order', pipeline(), pipeline({ stages: [stage('prod'), stage('dev')] })],
  ['a stage more, another less', pipeline(), pipeline({ stages: [stage('dev'), stage('test')] })],
  ['an approval', promotion(), promotion({ approval: approved })],
  ['an approval of something else', promotion(), promotion({ to: 'test', approval: approved }), /but for the approval/],
  ['a digest in the place of from', promotion(), promotion({ from: undefined, digest }), /but for the approval/],
  [
    'an approval changed',
    promotion({ approval: approved }),
    promotion({ approval: { ...approved, comment: 'no' } }),
    /decision is made once/,
  ],
  ['an approval taken back', promotion({ approval: approved }), promotion(), /must keep its approval/],
];

/** Tries all of it on an API server that has the definitions and no webhooks. Nothing stays. */
export async function tryPlatformRules(client: Client): Promise<void> {
  for (const [what, object, refusal] of created) await attempt(what, refusal, () => create(client, object));
  for (const [what, before, after, refusal] of changed) {
    const { metadata } = await create(client, before, false);
    const { resourceVersion } = metadata;
    await attempt(what, refusal, () =>
      client.update(resourceOf(after), { ...after, metadata: { ...after.metadata, resourceVersion } }),
    );
    await client.delete(resourceOf(before), { name: metadata.name ?? '', namespace });
  }
  const { spec } = (await create(
    client,
    pipeline({ stages: [stage('dev', { promotion: {} })], review: {} }),
  )) as Pipeline;
  assert.deepEqual(
    [spec.stages[0]?.reclaim, spec.stages[0]?.promotion?.approval, spec.review?.ttl],
    ['Retain', 'None', '24h'],
    'defaults are filled in',
  );
}

async function create(client: Client, object: KubeObject, dryRun = true): Promise<KubeObject> {
  return client.create(resourceOf(object), object, dryRun ? { dryRun } : {});
}

async function attempt(what: string, refusal: RegExp | undefined, act: () => Promise<unknown>): Promise<void> {
  const message = await act().then(
    () => '',
    (error: unknown) => (error instanceof StatusError ? error.message : Promise.reject(error)),
  );
  if (refusal) assert.match(message, refusal, what);
  else assert.equal(message, '', what);
  assert.ok(!message.includes(sentinel), `${what}: the answer repeats a password`);
}

function resourceOf({ kind }: KubeObject): Resource<KubeObject> {
  const found = [platformDefaults, pipelines, credentialGrants, promotions].find((resource) => resource.kind === kind);
  assert.ok(found);
  return found as Resource<KubeObject>;
}
