import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CredentialGrant, Pipeline } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { Reference } from '../../credentials/lookup.ts';
import { ReferenceRefused } from '../../credentials/read-reference.ts';
import { registrySources } from '../registry/registry-sources.ts';
import type { PullContent } from '../registry/source-secret.ts';
import { layersOf, pullSecret } from '../registry/testing.ts';
import { createSourceCache, type SourceCache } from './source-cache.ts';
import { readSources } from './source-reader.ts';

const { signal } = new AbortController();
const stage = { name: 'prod', namespace: 'fraud-prod' };
const of = {
  pipeline: { metadata: { namespace: 'team-a', name: 'fraud' }, spec: { stages: [stage] } } as Pipeline,
  stage,
};
const grant = {
  metadata: { namespace: 'team-b', name: 'lend' },
  spec: {
    from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud', stages: ['prod'] }],
    to: [{ kind: 'Secret', name: 'pull', use: ['pull'] }],
  },
} as CredentialGrant;

interface Read {
  readonly text: Parameters<typeof layersOf>[0];
  readonly grants?: readonly CredentialGrant[];
  readonly cache?: SourceCache<PullContent>;
  readonly find?: (reference: Reference) => Secret | undefined;
}

async function reading({ text, grants = [], cache = createSourceCache(), find = secretOf }: Read) {
  const reads: string[] = [];
  const context = { of, credentialNamespace: 'platform', grants };
  const source = await readSources(
    layersOf(text),
    registrySources,
    context,
    async (reference) => {
      reads.push(`${reference.namespace}/${reference.name}`);
      return find(reference);
    },
    cache,
    signal,
  );
  return { reads: reads.sort(), source };
}

const secretOf = ({ namespace, name }: Reference): Secret => {
  const secret = pullSecret(name, ['ghcr.io', 'quay.io'], namespace);
  return { ...secret, metadata: { ...secret.metadata, uid: 'u' } };
};

test('what a nearer layer takes the place of as a whole is not read, and what it takes a part of is', async () => {
  const { reads } = await reading({
    text: {
      stage: { 'ghcr.io/acme': 'team-a/own' },
      pipeline: { 'ghcr.io': 'team-a/masked', 'quay.io': 'team-a/other' },
      platform: { 'GHCR.IO/x': 'platform/masked', '*.io': 'platform/wide', 'quay.io': 'platform/masked' },
    },
  });
  assert.deepEqual(reads, ['platform/wide', 'team-a/other', 'team-a/own']);
});

test('what stands behind a layer that inherits nothing is not read, nor what is for no registry', async () => {
  const text = { stage: { inherit: 'None', 'ghcr.io': 'team-a/own', 'not a host': 'team-a/x' } };
  const { reads } = await reading({ text: { ...text, platform: { 'quay.io': 'platform/far' } } });
  assert.deepEqual(reads, ['team-a/own']);
});

test('what is not granted is not read', async () => {
  const text = { stage: { 'ghcr.io': 'team-b/pull' }, platform: { 'quay.io': 'elsewhere/x' } };
  const refused = await reading({ text });
  assert.deepEqual(refused.reads, []);
  const source = refused.source({ namespace: 'team-b', name: 'pull' }, 'Stage');
  assert.ok(source.state === 'failed' && source.reason === 'RefNotPermitted');
  const far = refused.source({ namespace: 'elsewhere', name: 'x' }, 'Platform');
  assert.ok(far.state === 'failed' && far.reason === 'RefNotPermitted');
  const granted = await reading({ text, grants: [grant] });
  assert.deepEqual(granted.reads, ['team-b/pull']);
  const ready = granted.source({ namespace: 'team-b', name: 'pull' }, 'Stage');
  assert.ok(ready.state === 'ready' && ready.grantedBy === 'team-b/lend');
});

test('one that may not be read any more gives nothing, though what it held is kept', async () => {
  const text = { stage: { 'ghcr.io': 'team-a/own' } };
  const cache = createSourceCache<PullContent>();
  const at = { namespace: 'team-a', name: 'own' };
  assert.equal((await reading({ text, cache })).source(at, 'Stage').state, 'ready');
  const refuse = () => {
    throw new ReferenceRefused('the operator may not read Secret team-a/own');
  };
  const source = (await reading({ text, cache, find: refuse })).source(at, 'Stage');
  assert.deepEqual(source, {
    state: 'failed',
    reason: 'SecretForbidden',
    message: 'the operator may not read Secret team-a/own',
  });
  const unreachable = () => {
    throw new Error('connection refused');
  };
  await assert.rejects(reading({ text, cache, find: unreachable }), /connection refused/);
  const gone = (await reading({ text, cache, find: () => undefined })).source(at, 'Stage');
  assert.ok(gone.state === 'failed' && gone.reason === 'SecretNotFound');
});
