import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { requesterOf, startModelStore } from './serving.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from './support.ts';

const examples = join(import.meta.dirname, '../../examples');
const agentImage = {
  match: 'kserve/agent',
  command: [process.execPath, '-C', '@serval/source', join(import.meta.dirname, 'programs/agent.ts')],
};

interface Report {
  readonly service: unknown;
  readonly component: unknown;
  readonly body: string;
}

async function startCollector(t: TestContext): Promise<{ url: string; reports: Report[] }> {
  const reports: Report[] = [];
  const server = createServer((request, response) => void take(request).then(() => response.end()));
  async function take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { 'ce-inferenceservicename': service, 'ce-component': component } = request.headers;
    reports.push({ service, component, body: Buffer.concat(chunks).toString() });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reports };
}

test('requests come to the agent first, which passes them on and reports them', async (t) => {
  const { client, gateway } = await startRunningPlatform(t, { images: [agentImage] });
  const store = await startModelStore(t, { '/iris/model.ubj': join(examples, 'iris/model/model.ubj') });
  const { url, reports } = await startCollector(t);
  const input = await readFile(join(examples, 'iris/input.json'), 'utf8');
  await client.create(
    inferenceServices,
    serviceOf('iris', { logger: { url, mode: 'request' }, xgboost: { storageUri: `${store}/iris/model.ubj` } }),
  );
  await statusWhen(client, 'iris', isReady);
  const answered = await requesterOf(gateway)('iris-default.localhost', '/v1/models/iris:predict', input);
  assert.equal(answered.status, 200, answered.body);
  assert.equal(answered.headers['x-agent'], 'yes');
  assert.equal((JSON.parse(answered.body) as { predictions: unknown[] }).predictions.length, 4);
  assert.deepEqual(reports, [{ service: 'iris', component: 'predictor', body: input }]);
});

test('where no agent can run, the service says so', async (t) => {
  const { client } = await startRunningPlatform(t);
  const store = await startModelStore(t, { '/iris/model.ubj': join(examples, 'iris/model/model.ubj') });
  await client.create(
    inferenceServices,
    serviceOf('iris', { batcher: {}, xgboost: { storageUri: `${store}/iris/model.ubj` } }),
  );
  const status = await statusWhen(client, 'iris', ({ conditions }) =>
    /no local command is known for image \\"kserve\/agent/.test(JSON.stringify(conditions)),
  );
  assert.ok(!isReady(status));
});
