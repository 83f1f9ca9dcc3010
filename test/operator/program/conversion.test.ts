import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, type Resource } from '@serval/kube/objects';
import { multiVersionCrdNames } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { startTestCluster } from './replicas.ts';

const versioned = (version: string): Resource<AnyObject> => ({
  group: 'serving.kserve.io',
  version,
  plural: 'llminferenceservices',
  kind: 'LLMInferenceService',
  namespaced: true,
});
const [older, newer] = [versioned('v1alpha1'), versioned('v1alpha2')];
const llama = { namespace: 'default', name: 'llama' };
const spec = { model: { uri: 'hf://meta-llama/Llama-3.1-8B', name: 'llama' }, replicas: 2 };
const skip = multiVersionCrdNames().length === 0 && 'no kind has several versions';

test('objects of one version are written, read, listed, watched and applied in the other', { skip }, async (t) => {
  const cluster = await startTestCluster(t);
  const { client } = cluster;
  await cluster.startReplica('one');
  await eventually(() => client.create(older, objectOf('v1alpha1', 'llama')));
  const events: string[] = [];
  const watching = new AbortController();
  t.after(() => watching.abort());
  const watch = collect(client, newer, events, watching.signal);

  const read = await client.get(newer, llama);
  assert.equal(read.apiVersion, 'serving.kserve.io/v1alpha2');
  assert.deepEqual(specOf(read).model, spec.model);
  const back = await client.get(older, llama);
  assert.equal(back.apiVersion, 'serving.kserve.io/v1alpha1');
  assert.deepEqual(specOf(back).model, spec.model);

  await client.create(newer, objectOf('v1alpha2', 'llama-2'));
  for (const resource of [older, newer]) {
    const { items } = await client.list(resource, { namespace: 'default' });
    assert.deepEqual(
      items.map(({ apiVersion, metadata }) => `${apiVersion} ${metadata.name}`).sort(),
      ['llama', 'llama-2'].map((name) => `serving.kserve.io/${resource.version} ${name}`),
    );
  }

  const applied = { ...objectOf('v1alpha1', 'llama'), spec: { ...spec, replicas: 3 } };
  await client.apply(older, applied as unknown as AnyObject, { force: true });
  assert.equal(specOf(await client.get(newer, llama)).replicas, 3);
  await eventually(async () => {
    assert.ok(events.includes('ADDED serving.kserve.io/v1alpha2 llama-2'));
    assert.ok(events.some((event) => event === 'MODIFIED serving.kserve.io/v1alpha2 llama'));
  });
  watching.abort();
  await watch;
});

test('while nobody converts, the version that is stored still is served, and health says why', { skip }, async (t) => {
  const cluster = await startTestCluster(t);
  const { client } = cluster;
  const replica = await cluster.startReplica('one', { flags: ['--leader-election', 'off'] });
  await eventually(() => client.create(newer, objectOf('v1alpha2', 'llama')));
  cluster.unreachable.add('serval-webhook');
  assert.equal((await client.get(newer, llama)).metadata.name, 'llama');
  await assert.rejects(client.get(older, llama), (error) => isStatusError(error, 'InternalError'));
  replica.parts?.health.look();
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${replica.healthPort}/healthz`);
    assert.equal(response.status, 503);
    assert.match(
      await response.text(),
      /\[-\]webhook CustomResourceDefinition\/llminferenceservices.serving.kserve.io conversion failed/,
    );
  });
});

function objectOf(version: string, name: string): AnyObject {
  const metadata = { ...llama, name };
  return { apiVersion: `serving.kserve.io/${version}`, kind: 'LLMInferenceService', metadata, spec } as AnyObject;
}

function specOf(object: AnyObject): typeof spec {
  return (object as unknown as { spec: typeof spec }).spec;
}

async function collect(client: Client, resource: Resource<AnyObject>, events: string[], signal: AbortSignal) {
  for await (const { type, object } of client.watch(resource, { namespace: 'default', signal })) {
    events.push(`${type} ${object.apiVersion} ${object.metadata.name}`);
  }
}
