import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { createKubectl, kubectlBinaries } from '../support/kubectl.ts';
import { startLoad } from '../support/load.ts';
import { processesWith } from '../support/processes.ts';
import { repository, startPlatform, temporaryDirectory } from '../support/serval.ts';

const iris = join(repository, 'examples', 'iris');

for (const binary of kubectlBinaries()) {
  test(`an InferenceService from apply to delete with nothing but ${binary}`, async (t) => {
    const platform = await startPlatform(t, { args: ['--model-store', join(repository, 'examples')] });
    const kubectl = createKubectl(binary, platform.kubeconfig, await temporaryDirectory(t));

    await kubectl('apply', '-f', join(iris, 'inference-service.yaml'));
    await kubectl('wait', '--for=condition=Ready', 'isvc/iris', '--timeout=60s');
    const url = (await kubectl('get', 'isvc', 'iris', '-o', 'jsonpath={.status.url}')).trim();
    const host = new URL(url).host;
    assert.match(url, /^http:\/\/iris-default\.localhost:\d+$/);

    const body = await readFile(join(iris, 'input.json'), 'utf8');
    const path = `${platform.gatewayUrl}/v1/models/iris:predict`;
    const answer = await request(path, { method: 'POST', headers: { host }, body });
    assert.equal(answer.statusCode, 200);
    const first = await answer.body.text();
    assert.equal(JSON.parse(first).predictions.length, JSON.parse(body).instances.length);

    await t.test('what a person looks at', async () => {
      assert.match(await kubectl('get', 'isvc'), /NAME\s+URL\s+READY.*\niris\s+http\S+\s+True/s);
      assert.match(await kubectl('get', 'pods', '-o', 'wide'), /iris-predictor-\S+\s+1\/1\s+Running/);
      assert.match(await kubectl('get', 'isvc', 'iris', '-o', 'yaml'), /kind: InferenceService/);
      assert.match(await kubectl('describe', 'isvc', 'iris'), /Kind:\s+InferenceService/);
      assert.match(await kubectl('describe', 'pods'), /storage-initializer:[\s\S]*Events:/);
      assert.match(await kubectl('logs', 'deploy/iris-predictor', '-c', 'kserve-container'), /\S/);
      assert.match(await kubectl('api-resources'), /inferenceservices\s+isvc\s+serving\.kserve\.io\/v1beta1\s+true/);
      assert.match(await kubectl('explain', 'inferenceservice.spec.predictor.model'), /modelFormat/);
    });

    await t.test('a second version under steady load loses no request', async () => {
      const load = startLoad(path, { host, body, workers: 4 });
      const patch = { spec: { predictor: { model: { storageUri: storeUri('iris/model-v2/model.ubj') } } } };
      await kubectl('patch', 'isvc', 'iris', '--type=merge', '-p', JSON.stringify(patch));
      await eventually(async () => {
        const now = await request(path, { method: 'POST', headers: { host }, body });
        assert.notEqual(await now.body.text(), first);
      });
      await kubectl('rollout', 'status', 'deploy/iris-predictor', '--timeout=60s');
      await eventually(async () => {
        const names = (await kubectl('get', 'pods', '-o', 'name')).trim().split('\n');
        assert.equal(names.length, 1, names.join(', '));
      });
      const report = await load.stop();
      assert.deepEqual(report.failures, []);
      assert.ok(report.bodies.size === 2, `answers of both versions, got ${report.bodies.size} different ones`);
    });

    await t.test('deleting leaves nothing behind', async () => {
      const [uid = ''] = (await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}')).split(' ');
      assert.notDeepEqual(await processesWith(uid), [], 'the model server runs');
      await kubectl('delete', 'isvc', 'iris');
      await eventually(async () => {
        const kinds = 'deployments,replicasets,pods,services,endpointslices,httproutes,horizontalpodautoscalers';
        assert.equal(await kubectl('get', kinds, '-o', 'name'), '');
      });
      assert.deepEqual(await processesWith(uid), []);
      const gone = await request(path, { method: 'POST', headers: { host }, body });
      assert.equal(gone.statusCode, 404);
      await gone.body.dump();
    });
    assert.equal(await platform.stop(), 0);
  });
}

function storeUri(path: string): string {
  return `http://model-store.serval-system.svc.cluster.local/${path}`;
}
