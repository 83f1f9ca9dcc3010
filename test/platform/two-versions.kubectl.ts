import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKubectl, kubectlBinaries } from '../support/kubectl.ts';
import { startPlatform, temporaryDirectory } from '../support/serval.ts';

const older = 'llminferenceservices.v1alpha1.serving.kserve.io';
const newer = 'llminferenceservices.v1alpha2.serving.kserve.io';

for (const binary of kubectlBinaries()) {
  test(`${binary} sees an object in each version of its kind, whichever it was written in`, async (t) => {
    const platform = await startPlatform(t, { args: [] });
    const directory = await temporaryDirectory(t);
    const kubectl = createKubectl(binary, platform.kubeconfig, directory);
    const apply = async (version: string, replicas: number, ...flags: string[]) => {
      const file = join(directory, `${version}.json`);
      await writeFile(file, JSON.stringify(llama(version, replicas)));
      await kubectl('apply', '-f', file, ...flags);
    };
    const read = async (resource: string) => JSON.parse(await kubectl('get', resource, 'llama', '-o', 'json'));

    await apply('v1alpha1', 2);
    for (const resource of [older, newer]) {
      const { apiVersion, spec } = await read(resource);
      assert.equal(apiVersion, `serving.kserve.io/${resource.split('.')[1]}`);
      assert.equal(spec.model.uri, 'hf://meta-llama/Llama-3.1-8B');
      assert.match(await kubectl('get', resource), /NAME[\s\S]*llama/);
    }
    // What the older version has no place for stays, however that one is written.
    const cache = { cpu: '8Gi', evictionPolicy: 'arc' };
    const patch = (resource: string, change: object, ...flags: string[]) =>
      kubectl('patch', resource, 'llama', '--type', 'merge', '-p', JSON.stringify(change), ...flags);
    await patch(newer, { spec: { kvCacheOffloading: cache } });
    await apply('v1alpha1', 5);
    await patch(older, { metadata: { labels: { team: 'chat' } } });
    await patch(older, { status: { url: 'https://llama' } }, '--subresource', 'status');
    const kept = await read(newer);
    assert.deepEqual([kept.spec.kvCacheOffloading, kept.spec.replicas], [cache, 5]);
    assert.equal(kept.status.url, 'https://llama');
    assert.match(await kubectl('diff', '-f', join(directory, 'v1alpha1.json')), /^$/);
    const typo = { ...llama('v1alpha1', 5), spec: { modell: {} } };
    const { code, stderr } = await kubectl.try(['apply', '-f', '-'], JSON.stringify(typo));
    assert.equal(code, 1);
    assert.match(stderr, /unknown field "spec\.modell"/);
    // The other version takes the same object over, with the annotation that client-side apply left.
    await apply('v1alpha2', 3);
    assert.equal((await read(older)).spec.replicas, 3);
    await apply('v1alpha1', 4, '--server-side', '--force-conflicts');
    assert.equal((await read(newer)).spec.replicas, 4);
    await kubectl('delete', older, 'llama');
    assert.equal((await kubectl('get', newer)).trim(), '');
  });
}

function llama(version: string, replicas: number): object {
  return {
    apiVersion: `serving.kserve.io/${version}`,
    kind: 'LLMInferenceService',
    metadata: { namespace: 'default', name: 'llama' },
    spec: { model: { uri: 'hf://meta-llama/Llama-3.1-8B', name: 'llama' }, replicas },
  };
}
