import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../testing.ts';
import { compareVersions } from './groups.ts';

const aggregated = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

test('discovery answers in the form that was asked for, and in no other', async (t) => {
  const { ok, call } = await startTestEngine(t);
  const v2 = await call('GET', '/apis', undefined, {
    accept: `${aggregated('v2')},${aggregated('v2beta1')},application/json`,
  });
  assert.equal(v2.body.apiVersion, 'apidiscovery.k8s.io/v2');
  assert.equal(v2.headers['content-type'], aggregated('v2'));
  const beta = await ok('GET', '/api', undefined, { accept: `${aggregated('v2beta1')},application/json` });
  assert.equal(beta.apiVersion, 'apidiscovery.k8s.io/v2beta1');
  const pod = beta['items'][0].versions[0].resources.find(({ resource }: { resource: string }) => resource === 'pods');
  assert.deepEqual(
    pod.subresources.map(({ subresource }: { subresource: string }) => subresource),
    ['binding', 'eviction', 'log', 'status'],
  );
  assert.equal((await ok('GET', '/apis')).kind, 'APIGroupList');
  assert.equal((await ok('GET', '/apis/autoscaling'))['preferredVersion'].version, 'v2');
  const list = await ok('GET', '/apis/apps/v1');
  const names = list['resources'].map(({ name }: { name: string }) => name);
  assert.ok(names.includes('deployments/scale'));
  assert.equal((await call('GET', '/apis/no.such.group')).status, 404);
});

test('versions are ranked as Kubernetes ranks them', () => {
  const sorted = ['v1alpha1', 'foo', 'v2', 'v1beta1', 'v10', 'v1beta2', 'v1'].sort(compareVersions);
  assert.deepEqual(sorted, ['v10', 'v2', 'v1', 'v1beta2', 'v1beta1', 'v1alpha1', 'foo']);
});

test('OpenAPI tells kubectl that the server validates, and where the schema of a kind is', async (t) => {
  const { ok, call } = await startTestEngine(t);
  const index = await ok('GET', '/openapi/v3');
  const { serverRelativeURL } = index['paths']['apis/apps/v1'];
  const document = await ok('GET', serverRelativeURL);
  const { patch } = document['paths']['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
  assert.ok(patch.parameters.some(({ name }: { name: string }) => name === 'fieldValidation'));
  const schema = document['components'].schemas['io.k8s.api.apps.v1.Deployment'];
  assert.deepEqual(schema['x-kubernetes-group-version-kind'], [{ group: 'apps', version: 'v1', kind: 'Deployment' }]);
  const v2 = await ok('GET', '/openapi/v2');
  assert.equal(v2['swagger'], '2.0');
  const protobuf = await call('GET', '/openapi/v2', undefined, {
    accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  });
  assert.match(protobuf.headers['content-type'] ?? '', /protobuf$/);
  assert.equal((await call('GET', '/openapi/v3/apis/none/v1')).status, 404);
});
