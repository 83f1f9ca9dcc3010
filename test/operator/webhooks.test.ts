import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { startEngine } from '@serval/engine';
import { silentLog } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import { serveWebhooks } from '@serval/operator';
import { webhookConfigurations, webhookPaths } from '@serval/operator/declarations';
import { resourceOf, serviceOf, startTestPlatform } from './support.ts';

test('over TLS, an API server elsewhere calls the webhooks at their address', async (t) => {
  const { client, operator } = await startTestPlatform(t);
  const pki = await certificates(t);
  const served = await serveWebhooks({ webhooks: operator.webhooks, ...pki, log: silentLog });
  t.after(() => served.close());
  const caBundle = Buffer.from(pki.ca).toString('base64');
  for (const object of webhookConfigurations({ url: served.url, caBundle })) {
    await client.update(resourceOf(object), {
      ...object,
      metadata: { ...(await client.get(resourceOf(object), { name: 'serval' })).metadata },
    });
  }
  const created = await client.create(inferenceServices, serviceOf('iris', { xgboost: { storageUri: 's3://m/iris' } }));
  assert.equal(created.spec.predictor.model?.modelFormat.name, 'xgboost');
  await assert.rejects(
    client.create(inferenceServices, serviceOf('x', { xgboost: { storageUri: 's3://' } })),
    (error) => isStatusError(error, 'Invalid'),
  );

  const send = (path: string, body: string, method = 'POST') =>
    new Promise<number>((resolve, reject) => {
      const sent = request(`${served.url}${path}`, { method, ca: pki.ca }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject).end(body);
    });
  assert.equal(await send('/healthz', '', 'GET'), 200);
  assert.equal(await send('/nothing', '{"kind":"AdmissionReview"}'), 400);
  assert.equal(await send(webhookPaths.mutatePod, 'no json'), 400);
  assert.equal(await send(webhookPaths.mutatePod, '{"kind":"Pod"}'), 400);
  assert.equal(await send(webhookPaths.mutatePod, ' '.repeat(9 * 1024 * 1024)), 413);
  assert.equal(await send('/', '', 'GET'), 405);
});

test('a review that is none is refused', async (t) => {
  const { operator } = await startTestPlatform(t);
  await assert.rejects(operator.webhooks('/nothing', {}), /no webhook at \/nothing/);
  await assert.rejects(operator.webhooks(webhookPaths.mutatePod, {}), /expected an AdmissionReview/);
});

/** Another engine's certificate for loopback will do. */
async function certificates(t: TestContext): Promise<{ ca: string; cert: string; key: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-pki-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const engine = await startEngine({ dataDir, log: silentLog });
  await engine.close();
  const read = (name: string) => readFile(join(dataDir, 'pki', name), 'utf8');
  return { ca: engine.kubeconfig.caData, cert: await read('server.crt'), key: await read('server.key') };
}
