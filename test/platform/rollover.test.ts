import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import { createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { pods } from '@serval/kube/objects';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { startLoad } from '../support/load.ts';
import { repository, startPlatform } from '../support/serval.ts';

/** More versions than one: each rollover meets Pods of the last that are still going away. */
const rollovers = 3;
const files = ['iris/model/model.ubj', 'iris/model-v2/model.ubj'];

function service(file: string): InferenceService {
  const storageUri = `http://model-store.serval-system.svc.cluster.local/${file}`;
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris', namespace: 'default' },
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri } } },
  } as InferenceService;
}

for (const network of ['addresses', 'ports']) {
  const skip =
    network === 'addresses' && process.platform !== 'linux' ? 'only Linux answers on all of 127.0.0.0/8' : false;
  test(`POSTs over kept-alive connections survive rollover after rollover, Pods having ${network}`, {
    skip,
  }, async (t) => {
    const args = ['--model-store', join(repository, 'examples'), '--pod-network', network];
    const platform = await startPlatform(t, { args });
    const transport = createSocketTransport(await loadKubeConfig(platform.kubeconfig));
    t.after(() => transport.close());
    const client = createClient({ transport, fieldManager: 'test' });
    const host = `iris-default.localhost:${new URL(platform.gatewayUrl).port}`;
    const url = `${platform.gatewayUrl}/v1/models/iris:predict`;
    const body = await readFile(join(repository, 'examples/iris/input.json'), 'utf8');
    const ask = async () => {
      const response = await request(url, { method: 'POST', headers: { host }, body });
      const text = await response.body.text();
      assert.equal(response.statusCode, 200, text);
      return text;
    };

    await client.apply(inferenceServices, service(files[0]!), { force: true });
    let answer = await eventually(ask);
    const load = startLoad(url, { host, body, workers: 16 });
    for (let turn = 1; turn <= rollovers; turn++) {
      await client.apply(inferenceServices, service(files[turn % 2]!), { force: true });
      const last = answer;
      // Both versions may answer for a moment; the next one begins as soon as the new one is heard at all.
      answer = await eventually(async () => {
        const now = await ask();
        assert.notEqual(now, last);
        return now;
      });
    }
    await eventually(async () => {
      assert.equal((await client.list(pods, { namespace: 'default' })).items.length, 1);
    });
    const report = await load.stop();
    assert.deepEqual(report.failures, []);
    assert.equal(report.bodies.size, 2);
    assert.equal(await platform.stop(), 0);
  });
}
