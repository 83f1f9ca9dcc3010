import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { customResourceDefinitions, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  type AnyObject,
  configMaps,
  deployments,
  endpointSlices,
  findCondition,
  type Gateway,
  gatewayClasses,
  gateways,
  isStatusError,
  namespaces,
  services,
} from '@serval/kube/objects';
import { readConditions } from '@serval/operator';
import { runChecks } from '@serval/operator/checks';
import { healthConfigMapName } from '@serval/operator/declarations';
import { load } from 'js-yaml';
import { createOutput } from '../../packages/cli/src/command/output.ts';
import { applyFixes } from '../../packages/cli/src/doctor/apply-fixes.ts';
import { findingLines } from '../../packages/cli/src/doctor/report.ts';
import { referenceFolder } from '../compat/reference-data.ts';
import { requesterAt } from '../operator/serving.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from '../operator/support.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, kongControllerName, proxy, startTestKong } from './kong.ts';
import { snapshotOf, startModelStore } from './support.ts';

const folder = referenceFolder(process.env, 'gateway-api-crds');
const key = { namespace: 'kong', name: 'models' };
const config = { namespace: 'serval-system', name: 'inferenceservice-config' };

test('old definitions, a managed class, no proxy: told in order, and mended one by one', {
  skip: !folder,
}, async (t) => {
  const { client, onStop } = await startRunningPlatform(t);
  const port = await freePort();
  await applyDefinitions(client, 'v1.1.0');
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kong' } });
  const kong = startTestKong(client);
  onStop(() => kong.close());
  await client.create(gatewayClasses, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'kong' },
    spec: { controllerName: kongControllerName },
  });
  const wanted: Gateway = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { ...key },
    spec: {
      gatewayClassName: 'kong',
      infrastructure: { labels: { team: 'models' } },
      listeners: [{ name: 'http', port, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
    } as Gateway['spec'],
  };
  await assert.rejects(
    client.create(gateways, wanted, { fieldValidation: 'Strict' }),
    /unknown field "spec\.infrastructure"/,
  );
  // As kubectl apply --validate=false does it.
  const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(wanted) };
  await client.create(
    gateways,
    { ...wanted, metadata: { ...key, annotations: lastApplied } },
    { fieldValidation: 'Ignore' },
  );
  await setIngress(client, { kserveIngressGateway: 'kong/models', kserveGatewayClass: 'kong' });
  await client.create(inferenceServices, serviceOf('iris', { xgboost: { storageUri: await startModelStore(t) } }));
  await eventually(async () => {
    const { status } = await client.get(deployments, { namespace: 'default', name: 'iris-predictor' });
    assert.equal(status?.availableReplicas, 1);
  });

  const diagnose = async () => runChecks(await snapshotOf(client));
  const told = async (expected: readonly string[]) =>
    await eventually(async () => {
      const diagnosis = await diagnose();
      const said = JSON.stringify(diagnosis.findings, null, 1);
      assert.deepEqual(
        diagnosis.findings.map(({ id }) => id),
        expected,
        said,
      );
      return diagnosis;
    }, 20_000);

  /** What the service and the platform say of themselves, without anybody having asked the doctor. */
  const saidByThemselves = async (reason: string, fix: RegExp) =>
    await eventually(async () => {
      const { status } = await client.get(inferenceServices, { namespace: 'default', name: 'iris' });
      const told = await client.get(configMaps, { namespace: config.namespace, name: healthConfigMapName });
      const conditions = [
        findCondition(status?.conditions, 'IngressReady'),
        findCondition(readConditions(told.data), 'GatewayReady'),
      ];
      for (const condition of conditions) {
        assert.equal(condition?.reason, reason, JSON.stringify(conditions));
        assert.match(condition?.message ?? '', fix);
      }
    }, 20_000);

  await t.test('the causes, in order, and nothing that follows from them', async () => {
    const { findings, hidden } = await told([
      'field-dropped',
      'gateway-api-old',
      'config-unknown',
      'kong-class-managed',
    ]);
    assert.match(findings[0]?.sentence ?? '', /spec\.infrastructure.*v1\.1\.0/);
    assert.match(findingLines(findings[3]!).join('\n'), /kubectl annotate gatewayclass kong konghq\.com/);
    const ids = new Set<string>(hidden.map(({ id }) => id));
    for (const symptom of ['field-unserved', 'gateway-pending', 'route-pending', 'service-not-ready']) {
      assert.ok(ids.has(symptom), `${symptom} is hidden`);
    }
    await saidByThemselves('KongClassManaged', /fix: kubectl annotate gatewayclass kong konghq/);
  });

  await t.test('newer definitions', async () => {
    await applyDefinitions(client, 'v1.4.1');
    await told(['config-unknown', 'kong-class-managed']);
  });

  await t.test('the setting that nobody knows taken out', async () => {
    await setIngress(client, { kserveIngressGateway: 'kong/models' });
    await told(['kong-class-managed']);
  });

  await t.test('the safe fix: refused, then done', async () => {
    const texts: string[] = [];
    const sink = { write: (text: string) => texts.push(text) };
    const { findings } = await diagnose();
    const common = { client, findings, out: createOutput(sink, sink), signal: AbortSignal.timeout(10_000) };
    const no = (async function* () {
      yield Buffer.from('n\n');
    })();
    assert.equal(await applyFixes({ ...common, yes: false, stdin: no }), 0);
    assert.match(texts.join(''), /gatewayclass-unmanaged[\s\S]*is left as it is/);
    await told(['kong-class-managed']);
    const labelled = { metadata: { labels: { changed: 'meanwhile' } } };
    await client.patch(gatewayClasses, { name: 'kong' }, 'merge', labelled);
    assert.equal(await applyFixes({ ...common, yes: true, stdin: no }), 0);
    assert.match(texts.join(''), /has changed meanwhile/);
    const current = (await diagnose()).findings;
    assert.equal(await applyFixes({ ...common, findings: current, yes: true, stdin: no }), 1);
    await told(['data-plane-unknown']);
    await saidByThemselves('DataPlaneUnknown', /fix: helm install kong kong\/ingress/);
  });

  await t.test('the proxy installed: the model is served, and nothing is wrong', async () => {
    await client.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: proxy,
      spec: { ports: [{ name: 'proxy', port }] },
    });
    await client.create(endpointSlices, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...proxy, labels: { 'kubernetes.io/service-name': proxy.name } },
      addressType: 'IPv4',
      ports: [{ name: 'proxy', port }],
      endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
    });
    await statusWhen(client, 'iris', isReady);
    await told([]);
    const input = await readFile(join(import.meta.dirname, '../../examples/iris/input.json'), 'utf8');
    const answer = await requesterAt(port)('iris-default.localhost', '/v1/models/iris:predict', input);
    assert.equal(answer.status, 200, answer.body);
    assert.equal((JSON.parse(answer.body) as { predictions: unknown[] }).predictions.length, 4);
  });
});

async function applyDefinitions(client: Client, release: string): Promise<void> {
  const files = join(folder ?? '', release, 'standard');
  for (const file of (await readdir(files)).sort()) {
    const object = load(await readFile(join(files, file), 'utf8')) as AnyObject;
    if (object.kind !== 'CustomResourceDefinition') continue;
    delete object['status'];
    await client.apply(customResourceDefinitions, object as never, { force: true });
  }
}

async function setIngress(client: Client, change: object): Promise<void> {
  const found = await client.get(configMaps, config).catch((error) => {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  });
  const { kserveGatewayClass: _, ...ingress } = JSON.parse(found?.data?.['ingress'] ?? '{}');
  await client.patch(configMaps, config, 'merge', { data: { ingress: JSON.stringify({ ...ingress, ...change }) } });
}
