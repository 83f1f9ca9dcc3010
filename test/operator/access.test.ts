import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOf, uncovered } from './access.ts';

for (const [method, path, expected] of [
  ['GET', '/api/v1/pods?watch=true', 'watch pods.'],
  ['GET', '/api/v1/namespaces/a/configmaps/b', 'get configmaps.'],
  ['GET', '/apis/apps/v1/deployments?limit=5', 'list deployments.apps'],
  [
    'PUT',
    '/apis/serving.kserve.io/v1beta1/namespaces/a/inferenceservices/b/status',
    'update inferenceservices/status.serving.kserve.io',
  ],
  ['POST', '/api/v1/namespaces/a/events?fieldManager=x', 'create events.'],
  ['GET', '/apis/gateway.networking.k8s.io/v1/gatewayclasses', 'list gatewayclasses.gateway.networking.k8s.io'],
] as const) {
  test(`${method} ${path}`, () => {
    const { group, resource, verb } = accessOf({ method, path });
    assert.equal(`${verb} ${resource}.${group}`, expected);
  });
}

test('what is not declared is found', () => {
  const secrets = { method: 'GET', path: '/api/v1/secrets' } as const;
  assert.deepEqual(uncovered([secrets, { method: 'GET', path: '/api/v1/namespaces/a/secrets/b' }]), ['list secrets.']);
});
