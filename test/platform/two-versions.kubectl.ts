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
