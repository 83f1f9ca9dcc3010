import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CredentialGrant, CredentialUse, Pipeline } from '@serval/api';
import { findCondition, type Secret } from '@serval/kube/objects';
import { pullSecret } from '../registry/testing.ts';
import { grantStatusFrom } from './grant-status.ts';

const now = '2026-01-01T00:00:00Z';
const refusal = { refusal: 'the operator may not read Secret team-b/lent' };
const good = pullSecret('lent', ['ghcr.io'], 'team-b');
const opaque: Secret = { ...good, type: 'Opaque', data: { AWS_ACCESS_KEY_ID: 'eA==' } };
const going: Secret = { ...good, metadata: { ...good.metadata, deletionTimestamp: now } };

function grantOf(use: CredentialUse[], stages?: string[]): CredentialGrant {
  return {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'CredentialGrant',
    metadata: { namespace: 'team-b', name: 'lend', generation: 4 },
    spec: {
      from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud', ...(stages ? { stages } : {}) }],
      to: [{ kind: 'Secret', name: 'lent', use }],
    },
  };
}

const lent = { namespace: 'team-b', name: 'lent' };

/** Stages dev and prod; prod alone has entries of its own. */
function pipelineOf(spec: object, prod: object = {}, name = 'fraud'): Pipeline {
  const stages = [
    { name: 'dev', namespace: 'fraud-dev' },
    { name: 'prod', namespace: 'fraud-prod', ...prod },
  ];
  return { metadata: { namespace: 'team-a', name }, spec: { stages, ...spec } } as Pipeline;
}

const secretCases: readonly [string, CredentialUse[], Secret | typeof refusal | undefined, string][] = [
  ['to pull, a pull Secret', ['pull'], good, 'Ready'],
  ['to pull, one of another type', ['pull'], opaque, 'WrongType'],
  ['to read, one with keys of a store', ['read'], opaque, 'Ready'],
  ['to read, a pull Secret', ['read'], good, 'WrongType'],
  ['for both, one that is good for one', ['pull', 'read'], good, 'WrongType'],
  ['one that is missing', ['pull'], undefined, 'SecretNotFound'],
  ['one that is going', ['pull'], going, 'SecretNotFound'],
  ['one that may not be read', ['read'], refusal, 'SecretForbidden'],
];

for (const [what, use, secret, reason] of secretCases) {
  test(`${what}: ${reason}`, () => {
    const status = grantStatusFrom({ grant: grantOf(use), secrets: new Map([['lent', secret]]), pipelines: [] }, now);
    const ready = findCondition(status.conditions, 'Ready');
    assert.deepEqual([ready?.reason, ready?.status], [reason, reason === 'Ready' ? 'True' : 'False']);
    assert.deepEqual([status.observedGeneration, ready?.observedGeneration], [4, 4]);
  });
}

const images = { registryCredentials: { entries: [{ match: 'ghcr.io', secretRef: lent }] } };
const models = { storageCredentials: { entries: [{ match: 's3://models', secretRef: lent }] } };
const closed = { registryCredentials: { inherit: 'None', entries: [] } };
const useCases: readonly [string, CredentialGrant, Pipeline, string[]][] = [
  ['all stages, by what the pipeline says', grantOf(['pull']), pipelineOf(images), ['dev', 'prod']],
  ['stages that the grant names', grantOf(['pull'], ['prod']), pipelineOf(images), ['prod']],
  ['a stage with entries of its own', grantOf(['pull']), pipelineOf({}, images), ['prod']],
  ['not for another use', grantOf(['read']), pipelineOf(images), []],
  ['models', grantOf(['read']), pipelineOf({}, models), ['prod']],
  ['a stage that inherits nothing', grantOf(['pull']), pipelineOf(images, closed), ['dev']],
  ['another pipeline', grantOf(['pull']), pipelineOf(images, {}, 'other'), []],
];

for (const [who, grant, pipeline, stages] of useCases) {
  test(`used by ${who}`, () => {
    const status = grantStatusFrom({ grant, secrets: new Map([['lent', good]]), pipelines: [pipeline] }, now);
    assert.deepEqual(status.usedBy?.[0]?.stages ?? [], stages);
    assert.equal(findCondition(status.conditions, 'InUse')?.status, stages.length > 0 ? 'True' : 'False');
  });
}
