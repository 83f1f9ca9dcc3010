import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  configMaps,
  defineResource,
  events,
  findCondition,
  httpRoutes,
  isStatusError,
  type KubeObject,
  pods,
} from '@serval/kube/objects';
import { readConditions } from '@serval/operator';
import { configInForceName, defaultNamespace, healthConfigMapName } from '@serval/operator/declarations';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform } from './support.ts';

const place = { namespace: defaultNamespace, name: 'inferenceservice-config' };
const kept = { namespace: defaultNamespace, name: configInForceName };
const validators = defineResource<KubeObject>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
});

async function configure(client: Client, sections: Record<string, unknown>): Promise<void> {
  const data = Object.fromEntries(
    Object.entries(sections).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  await client.patch(configMaps, place, 'merge', { data });
}

/** As if no operator had been there to refuse it. */
async function smuggle(client: Client, sections: Record<string, unknown>): Promise<void> {
  const { metadata, ...webhooks } = await client.get(validators, { name: 'serval' });
  await client.delete(validators, { name: 'serval' });
  await configure(client, sections);
  await client.create(validators, { ...webhooks, metadata: { name: 'serval', labels: metadata.labels ?? {} } });
}

async function hostOf(client: Client, name: string): Promise<string | undefined> {
  const { spec } = await client.get(httpRoutes, { namespace: 'default', name });
  return spec.hostnames?.[0];
}

async function serve(client: Client, name: string): Promise<void> {
  await client.create(inferenceServices, serviceOf(name, { xgboost: { storageUri: 's3://models/iris' } }));
}

const isRefused = (message: RegExp) => (error: unknown) =>
  isStatusError(error, 'Invalid') && message.test((error as Error).message);

test('a value that cannot be is refused with its path and what was expected, all of them at once', async (t) => {
  const { client } = await startTestPlatform(t);
  await assert.rejects(
    configure(client, { ingress: { urlScheme: 'ftp', domainTemplate: '{{ .Host }}' }, logger: { batchSize: 0 } }),
    isRefused(
      /data\[ingress\]\.urlScheme: must be http or https, got "ftp"; data\[ingress\]\.domainTemplate: must be a template of a host name: cannot evaluate \{\{ \.Host \}\}.*; data\[logger\]\.batchSize: must be a whole number from 1, got 0/,
    ),
  );
  await assert.rejects(
    configure(client, { deploy: '{"defaultDeploymentMode": ' }),
    isRefused(/data\[deploy\]: must be JSON/),
  );
  await assert.rejects(
    configure(client, { logger: { defaultUrl: 'http://me:SENTINEL@collector' } }),
    (error: Error) =>
      isRefused(/data\[logger\]\.defaultUrl: must be a URL/)(error) && !error.message.includes('SENTINEL'),
  );
  // Another platform's.
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name: place.name },
    data: { ingress: '{"urlScheme": "ftp"}' },
  });
  await configure(client, { ingress: { ingressDomain: 'models.example' }, localModel: { enabled: false } });
});

test('what nobody knows and what comes to nothing is told to who writes it', async (t) => {
  const { client } = await startTestPlatform(t);
  const response = await client.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${place.namespace}/configmaps/${place.name}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({
      data: { ingress: '{"ingresDomain": "models.example", "localGateway": "a/b", "ingressGateway": "a/b"}' },
    }),
  });
  for await (const _ of response.body);
  const warnings = [response.headers['warning'] ?? []].flat().join('\n');
  assert.equal(response.status, 200);
  assert.match(
    warnings,
    /data\[ingress\]\.ingresDomain is not known to this release, and ignored; did you mean ingressDomain\?/,
  );
  assert.match(warnings, /data\[ingress\]: localGateway, ingressGateway without effect in this release/);
});

test('a wrong value that gets in changes nothing, not even over a restart, and is told', async (t) => {
  const { client, writes, restartOperator, told } = await startTestPlatform(t);
  await configure(client, { ingress: { ingressDomain: 'models.example' } });
  await serve(client, 'first');
  await eventually(async () => assert.equal(await hostOf(client, 'first'), 'first-default.models.example'));
  await eventually(async () => {
    const { data } = await client.get(configMaps, kept);
    assert.equal(data?.['ingress'], '{"ingressDomain":"models.example"}');
  });

  await smuggle(client, { ingress: { ingressDomain: 'Wrong Domain' }, service: { serviceClusterIPNone: true } });
  const invalid = async (since: number) => {
    const { items } = await client.list(events, { namespace: defaultNamespace });
    const found = items.filter(({ reason }) => reason === 'ConfigurationInvalid');
    assert.ok(found.length > since);
    assert.match(found[0]?.message ?? '', /ingress\.ingressDomain must be a domain .* last good one stays in force/);
    return found.length;
  };
  await eventually(() => invalid(0));
  assert.match(told(), /serval_configuration_in_force 0/);
  await eventually(() => isTold(client, 'False', 'LastGoodInForce', /^ingress\.ingressDomain must be a domain/));
  await serve(client, 'second');
  await eventually(async () => assert.equal(await hostOf(client, 'second'), 'second-default.models.example'));
  assert.equal(await hostOf(client, 'first'), 'first-default.models.example');

  await settled(writes);
  await restartOperator();
  await serve(client, 'third');
  await eventually(async () => assert.equal(await hostOf(client, 'third'), 'third-default.models.example'));
  await settled(writes);
  assert.deepEqual(
    writes.filter((write) => /\/(first|second)/.test(write)),
    [],
    'a restart changes nothing of the others',
  );
  // Who labels it need not mend it; what is new is refused all the same.
  await client.patch(configMaps, place, 'merge', { metadata: { labels: { team: 'a' } } });
  await assert.rejects(configure(client, { deploy: { defaultDeploymentMode: 'x' } }), isRefused(/data\[deploy\]/));

  await configure(client, { ingress: { ingressDomain: 'mended.example' } });
  for (const name of ['first', 'second', 'third']) {
    await eventually(async () => assert.equal(await hostOf(client, name), `${name}-default.mended.example`));
  }
  await eventually(async () => {
    const { data } = await client.get(configMaps, kept);
    assert.equal(data?.['ingress'], '{"ingressDomain":"mended.example"}');
    assert.match(told(), /serval_configuration_in_force 1/);
    await isTold(client, 'True', 'AsWritten', /^$/);
  });
  await settled(writes);
});

test('a configuration that is deleted stays in force', async (t) => {
  const { client, writes, restartOperator } = await startTestPlatform(t);
  await configure(client, { ingress: { ingressDomain: 'models.example' } });
  await serve(client, 'first');
  await eventually(async () => assert.equal(await hostOf(client, 'first'), 'first-default.models.example'));
  await eventually(() => client.get(configMaps, kept));
  await settled(writes);
  await client.delete(configMaps, place);
  await restartOperator();
  await serve(client, 'second');
  await eventually(async () => assert.equal(await hostOf(client, 'second'), 'second-default.models.example'));
  assert.equal(await hostOf(client, 'first'), 'first-default.models.example');
});

test('on a start with a wrong value and nothing kept, what is there stays until it is mended', async (t) => {
  const { client, writes, restartOperator } = await startTestPlatform(t);
  await configure(client, { ingress: { ingressDomain: 'models.example' } });
  await serve(client, 'first');
  await eventually(async () => assert.equal(await hostOf(client, 'first'), 'first-default.models.example'));
  await eventually(() => client.get(configMaps, kept));
  await smuggle(client, { ingress: { ingressDomain: 'Wrong Domain' } });
  await settled(writes);
  await client.delete(configMaps, kept);
  await settled(writes);
  const restarting = restartOperator();

  // Admission needs other sections, and goes on with them.
  await eventually(() => serve(client, 'second'));
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: 'mine', labels: { 'serving.kserve.io/inferenceservice': 'first' } },
    spec: { containers: [{ name: 'kserve-container', image: 'server:1' }] },
  };
  await client.create(pods, pod);
  await smuggle(client, { deploy: { defaultDeploymentMode: 'x' }, agent: { image: ' ' } });
  await eventually(async () => {
    await assert.rejects(
      serve(client, `third-${Math.random().toString(36).slice(2, 8)}`),
      /the platform's configuration cannot be relied on: deploy\.defaultDeploymentMode must be one of/,
    );
  });
  await assert.rejects(
    client.create(pods, { ...pod, metadata: { ...pod.metadata, name: 'other' } }),
    /cannot be relied on: agent\.image must be the reference of an image/,
  );
  await eventually(() =>
    isTold(client, 'False', 'NothingGoodKnown', /agent\.image.*; nothing is reconciled until then$/),
  );
  await sleep(500);
  assert.deepEqual(
    writes.splice(0).filter((write) => !write.endsWith('/configmaps/serval-health')),
    [],
    'nothing is reconciled',
  );
  assert.equal(await hostOf(client, 'first'), 'first-default.models.example');

  await configure(client, { ingress: {}, deploy: {}, agent: {} });
  await restarting;
  await eventually(async () => assert.equal(await hostOf(client, 'first'), 'first-default.localhost'));
  await eventually(async () => assert.equal(await hostOf(client, 'second'), 'second-default.localhost'));
});

/** The platform's condition says so. */
async function isTold(client: Client, status: string, reason: string, message: RegExp): Promise<void> {
  const { data } = await client.get(configMaps, { namespace: defaultNamespace, name: healthConfigMapName });
  const condition = findCondition(readConditions(data), 'ConfigurationInForce');
  assert.deepEqual([condition?.status, condition?.reason], [status, reason]);
  assert.match(condition?.message ?? '', message);
}

/** Waits until nothing is written any more, and forgets what was. */
async function settled(writes: string[]): Promise<void> {
  await eventually(async () => {
    const before = writes.length;
    await sleep(700);
    assert.equal(writes.length, before, 'nothing is written at rest');
  });
  writes.length = 0;
}
