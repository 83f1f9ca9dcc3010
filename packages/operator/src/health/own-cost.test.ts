import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest } from '@serval/kube/client';
import { pods } from '@serval/kube/objects';
import { describeRequest } from './describe-request.ts';
import { createMetrics } from './metrics.ts';
import { countCached, countRequests, gaugeCached, gaugeCaches, timeReconciles } from './own-cost.ts';

for (const [request, verb, resource] of [
  ['GET /api/v1/namespaces/a/pods/b', 'get', 'pods'],
  ['GET /api/v1/pods?limit=500', 'list', 'pods'],
  ['GET /api/v1/namespaces/a/configmaps?watch=true&fieldSelector=x', 'watch', 'configmaps'],
  ['GET /api/v1/namespaces/a', 'get', 'namespaces'],
  ['GET /api/v1/namespaces', 'list', 'namespaces'],
  ['PATCH /apis/apps/v1/namespaces/a/deployments/b?force=true', 'patch', 'deployments'],
  ['PUT /apis/serving.kserve.io/v1beta1/namespaces/a/inferenceservices/b/status', 'update', 'inferenceservices/status'],
  ['POST /api/v1/namespaces/a/events', 'create', 'events'],
  ['DELETE /apis/apps/v1/namespaces/a/deployments/b', 'delete', 'deployments'],
  ['GET /apis', 'get', 'other'],
  ['GET /version', 'get', 'other'],
] as const) {
  test(`${request} is ${verb} ${resource}`, () => {
    const [method = '', path = ''] = request.split(' ');
    assert.deepEqual(describeRequest(method, path), { verb, resource });
  });
}

test('requests, reconciles and cached objects are told, and names and values of objects are not', async () => {
  const metrics = createMetrics();
  const transport = countRequests(async ({ path }: ApiRequest) => {
    if (path.includes('refused')) throw new Error('connection refused');
    return { status: path.includes('secrets') ? 403 : 200, headers: {}, body: (async function* () {})() };
  }, metrics);
  await transport({ method: 'GET', path: '/api/v1/namespaces/sentinel/secrets/sentinel' });
  await transport({ method: 'GET', path: '/api/v1/pods' });
  await transport({ method: 'GET', path: '/api/v1/pods' });
  await assert.rejects(transport({ method: 'GET', path: '/api/v1/pods?refused' }));
  const signal = AbortSignal.timeout(1000);
  const good = timeReconciles('inference-service', async () => undefined, metrics);
  const bad = timeReconciles('inference-service', () => Promise.reject(new Error('no')), metrics);
  await good({ namespace: 'sentinel', name: 'sentinel' }, signal);
  await assert.rejects(bad({ namespace: 'sentinel', name: 'sentinel' }, signal));
  gaugeCaches(
    [{ resource: pods, list: () => ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })) }],
    metrics,
  );
  countCached('references', metrics)('kept');
  gaugeCached({ references: { size: () => 3 }, sources: undefined }, metrics);
  const text = metrics.render();
  for (const line of [
    'serval_operator_api_requests_total{verb="get",resource="secrets",code="403"} 1',
    'serval_operator_api_requests_total{verb="list",resource="pods",code="200"} 2',
    'serval_operator_api_requests_total{verb="list",resource="pods",code="error"} 1',
    'serval_operator_reconciles_total{controller="inference-service",outcome="done"} 1',
    'serval_operator_reconciles_total{controller="inference-service",outcome="failed"} 1',
    'serval_operator_cache_total{cache="references",outcome="kept"} 1',
    'serval_operator_cache_entries{cache="references"} 3',
    'serval_operator_cached_objects{resource="pods"} 2',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  }
  assert.match(text, /serval_operator_reconcile_seconds_total\{controller="inference-service"\} 0\.\d+/);
  assert.ok(!text.includes('sentinel'));
});
