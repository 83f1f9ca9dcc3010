import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, type Resource, secrets } from '@serval/kube/objects';
import { webhookCertificateSecretName, webhookConfigurations } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { namespace, type Replica, startTestCluster, type TestCluster } from './replicas.ts';
import { createShiftedClock } from './shifted-clock.ts';

const dayMs = 86_400_000;
const secretTarget = { namespace, name: webhookCertificateSecretName };

test('two replicas issue one certificate, announce it, and answer the API server over TLS', async (t) => {
  const cluster = await startTestCluster(t);
  const replicas = await Promise.all(['one', 'two'].map((name) => cluster.startReplica(name)));
  const secret = await eventually(() => cluster.client.get(secrets, secretTarget));
  await eventually(async () => assert.deepEqual(await announced(cluster), [secret.data?.['ca.crt']]));
  await eventually(async () => {
    for (const replica of replicas) assert.equal(shownBy(replica), leafOfSecret(secret.data));
  });
  assert.equal(replicas.filter(({ isLeader }) => isLeader).length, 1);
  const leaf = new X509Certificate(Buffer.from(secret.data?.['tls.crt'] ?? '', 'base64'));
  assert.ok(leaf.checkHost(`serval-webhook.${namespace}.svc`));

  const created = await createService(cluster.client, 'iris');
  const mode = created.metadata.annotations?.['serving.kserve.io/deploymentMode'];
  assert.equal(mode, 'Standard', 'the defaults come from a replica');
  await assert.rejects(createService(cluster.client, 'iris-2', { minReplicas: -1 }), (error) =>
    isStatusError(error, 'Invalid'),
  );
  const settled = await cluster.client.get(secrets, secretTarget);
  assert.equal(settled.metadata.resourceVersion, secret.metadata.resourceVersion, 'nobody wrote it again');
});

test('a caBundle that another overwrites is written again, and so is a Secret that is deleted or of no use', async (t) => {
  const cluster = await startTestCluster(t);
  await cluster.startReplica('one');
  const first = await eventually(() => cluster.client.get(secrets, secretTarget));
  await eventually(async () => assert.deepEqual(await announced(cluster), [first.data?.['ca.crt']]));

  const [mutating] = webhookConfigurations({ service: { namespace } });
  const resource = await cluster.resourceOf(mutating as unknown as AnyObject);
  const wrong = [
    { op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value: Buffer.from('x').toString('base64') },
  ];
  await cluster.client.patch(resource, { name: 'serval' }, 'json', wrong);
  await eventually(async () => assert.deepEqual(await announced(cluster), [first.data?.['ca.crt']]));

  await cluster.client.delete(secrets, secretTarget);
  const second = await eventually(() => cluster.client.get(secrets, secretTarget));
  assert.notEqual(second.data?.['tls.crt'], first.data?.['tls.crt']);
  await eventually(async () => assert.deepEqual(await announced(cluster), [second.data?.['ca.crt']]));
  await eventually(() => createService(cluster.client, 'iris'));

  const broken = { ...second.data, 'tls.key': first.data?.['tls.key'] ?? '' };
  await cluster.client.patch(secrets, secretTarget, 'merge', { data: broken });
  await eventually(async () => {
    const third = await cluster.client.get(secrets, secretTarget);
    assert.notEqual(third.data?.['tls.crt'], second.data?.['tls.crt']);
    assert.ok((await announced(cluster)).includes(third.data?.['ca.crt']));
  });
  await eventually(() => createService(cluster.client, 'irises'));
});

test('a certificate is renewed in three steps, and every caller trusts it at every one', async (t) => {
  const cluster = await startTestCluster(t);
  // The sockets go by the real time: the first certificate is from the past, and no later one is from the future.
  const clock = createShiftedClock(-80 * dayMs);
  const replicas = await Promise.all(['one', 'two'].map((name) => cluster.startReplica(name, { clock })));
  const first = await eventually(() => cluster.client.get(secrets, secretTarget));
  await eventually(async () => assert.deepEqual(await announced(cluster), [first.data?.['ca.crt']]));
  await eventually(() => createService(cluster.client, 'before'));

  clock.advance(61 * dayMs);
  const prepared = await eventually(async () => {
    const secret = await cluster.client.get(secrets, secretTarget);
    assert.ok(secret.data?.['next.crt'], 'another is prepared');
    return secret;
  });
  assert.equal(prepared.data?.['tls.crt'], first.data?.['tls.crt'], 'the old one is shown');
  assert.equal(countAuthorities(prepared.data?.['ca.crt']), 2);
  await eventually(async () => assert.deepEqual(await announced(cluster), [prepared.data?.['ca.crt']]));
  await createService(cluster.client, 'prepared');

  clock.advance(dayMs / 24);
  const switched = await eventually(async () => {
    const secret = await cluster.client.get(secrets, secretTarget);
    assert.equal(secret.data?.['tls.crt'], prepared.data?.['next.crt'], 'the new one is shown');
    return secret;
  });
  assert.equal(countAuthorities(switched.data?.['ca.crt']), 2);
  await eventually(async () => {
    for (const replica of replicas) assert.equal(shownBy(replica), leafOfSecret(switched.data));
  });
  await createService(cluster.client, 'switched');

  clock.advance(dayMs / 24);
  await eventually(async () => {
    const secret = await cluster.client.get(secrets, secretTarget);
    assert.equal(countAuthorities(secret.data?.['ca.crt']), 1, 'the old authority is forgotten');
    assert.equal(secret.data?.['tls.crt'], switched.data?.['tls.crt']);
    assert.deepEqual(await announced(cluster), [secret.data?.['ca.crt']]);
  });
  await createService(cluster.client, 'forgotten');
});

test('an expired certificate is replaced by whoever sees it first, leader or not', async (t) => {
  const cluster = await startTestCluster(t);
  const long = await cluster.startReplica('long-ago', { clock: createShiftedClock(-200 * dayMs) });
  const expired = await eventually(() => cluster.client.get(secrets, secretTarget));
  await long.stop();
  await cluster.startReplica('now');
  await eventually(async () => {
    const secret = await cluster.client.get(secrets, secretTarget);
    assert.notEqual(secret.data?.['tls.crt'], expired.data?.['tls.crt']);
    assert.deepEqual(await announced(cluster), [secret.data?.['ca.crt']]);
  });
  await eventually(() => createService(cluster.client, 'iris'));
});

/** Each different `caBundle` of what is stored. */
async function announced(cluster: TestCluster): Promise<(string | undefined)[]> {
  const bundles = new Set<string | undefined>();
  for (const declared of webhookConfigurations({ service: { namespace } })) {
    const resource = await cluster.resourceOf(declared as unknown as AnyObject);
    const live = (await cluster.client.get(resource as Resource<AnyObject>, { name: 'serval' })) as unknown as {
      webhooks: { clientConfig: { caBundle?: string } }[];
    };
    for (const { clientConfig } of live.webhooks) bundles.add(clientConfig.caBundle);
  }
  return [...bundles];
}

function createService(client: Client, name: string, predictor: object = {}): Promise<InferenceService> {
  return client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'default', name },
    spec: {
      predictor: {
        model: { modelFormat: { name: 'xgboost' }, storageUri: 'https://models.example/iris' },
        ...predictor,
      },
    },
  } as InferenceService);
}

function shownBy({ parts }: Replica): string | undefined {
  const cert = parts?.certificate.current()?.cert;
  return parts?.server() && cert ? new X509Certificate(cert).fingerprint256 : undefined;
}

function leafOfSecret(data: Record<string, string> | undefined): string {
  return new X509Certificate(Buffer.from(data?.['tls.crt'] ?? '', 'base64')).fingerprint256;
}

function countAuthorities(base64: string | undefined): number {
  return (
    Buffer.from(base64 ?? '', 'base64')
      .toString()
      .split('-----BEGIN CERTIFICATE-----').length - 1
  );
}
