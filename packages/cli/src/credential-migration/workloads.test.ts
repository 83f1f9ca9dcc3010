import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService } from '@serval/api';
import type { Deployment, Pod, ServiceAccount } from '@serval/kube/objects';
import { type NamespaceObjects, workloadsOf } from './workloads.ts';

const labels = { 'serving.kserve.io/inferenceservice': 'scorer' };
const names = (...list: string[]) => list.map((name) => ({ name }));

const service = (predictor: object): InferenceService =>
  ({ metadata: { namespace: 'ns', name: 'scorer' }, spec: { predictor } }) as InferenceService;
const pod = (spec: object, annotations = {}): Pod =>
  ({
    metadata: { namespace: 'ns', name: 'p', labels, annotations },
    spec: { containers: [], ...spec },
  }) as unknown as Pod;
const deployment = (spec: object): Deployment =>
  ({
    metadata: { namespace: 'ns', name: 'd', labels },
    spec: { template: { metadata: { labels }, spec: { containers: [], ...spec } } },
  }) as unknown as Deployment;
const account = (name: string, pull: string[], secrets: string[] = []): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace: 'ns', name },
  imagePullSecrets: names(...pull),
  secrets: names(...secrets),
});

const found = (objects: Partial<NamespaceObjects>) =>
  workloadsOf({ namespace: 'ns', services: [], deployments: [], pods: [], serviceAccounts: [], ...objects });
const pullsOf = (objects: Partial<NamespaceObjects>) =>
  found(objects).map(
    ({ images, pullSecrets }) => `${images} < ${pullSecrets.map(({ name, at }) => `${name} of ${at}`)}`,
  );

const image = { containers: [{ name: 'c', image: 'ghcr.io/a/b:v1' }] };

test('pull secrets of a ServiceAccount count where a Pod has none of its own', () => {
  const serviceAccounts = [account('default', ['all']), account('mine', ['special'])];
  assert.deepEqual(pullsOf({ deployments: [deployment(image)], serviceAccounts }), [
    'ghcr.io/a/b < all of ServiceAccount default',
  ]);
  assert.deepEqual(pullsOf({ deployments: [deployment({ ...image, serviceAccountName: 'mine' })], serviceAccounts }), [
    'ghcr.io/a/b < special of ServiceAccount mine',
  ]);
  const own = { ...image, imagePullSecrets: names('own') };
  assert.deepEqual(pullsOf({ deployments: [deployment(own)], serviceAccounts, services: [service(own)] }), [
    'ghcr.io/a/b < own of InferenceService scorer',
  ]);
});

test('what a Pod has from elsewhere is told as that, and what the platform projects is not', () => {
  const live = { ...image, imagePullSecrets: names('injected', 'serval-pull-credentials') };
  assert.deepEqual(pullsOf({ pods: [pod(live)], services: [service(image)] }), [
    'ghcr.io/a/b < injected of Pods of scorer',
  ]);
});

test('a Deployment and its Pods that are alike are one', () => {
  assert.equal(found({ deployments: [deployment(image)], pods: [pod(image), pod(image)] }).length, 1);
});

test('a service without Pods tells what it will pull and read', () => {
  const model = { storageUri: 's3://models/a', image: 'quay.io/x' };
  const serviceAccounts = [account('default', ['all'], ['s3'])];
  const [workload] = found({ services: [service({ model })], serviceAccounts });
  assert.deepEqual(workload?.images, ['quay.io/x']);
  assert.deepEqual(workload?.models, ['s3://models/a']);
  assert.deepEqual(workload?.storageSecrets, [{ name: 's3', at: 'secrets of ServiceAccount default' }]);
  const image = found({ services: [service({ model: { storageUri: 'oci://quay.io/m:v1' } })] })[0];
  assert.deepEqual([image?.images, image?.models], [['quay.io/m'], []]);
});

test('Pods tell where their models are, and whose Secret is meant', () => {
  const annotations = {
    'internal.serving.kserve.io/storage-initializer-sourceuri': 's3://models/a',
    'serving.kserve.io/storageSecretName': 'named',
  };
  const [workload] = found({ pods: [pod(image, annotations)], serviceAccounts: [account('default', [], ['s3'])] });
  assert.deepEqual(workload?.models, ['s3://models/a']);
  assert.deepEqual(workload?.storageSecrets, [{ name: 'named', at: 'annotation serving.kserve.io/storageSecretName' }]);
  const entry = { ...annotations, 'internal.serving.kserve.io/storage-spec': 'true' };
  assert.equal(found({ pods: [pod(image, entry)] })[0]?.namesEntry, true);
});

test('Pods of nobody are passed over', () => {
  const other = { ...pod(image), metadata: { namespace: 'ns', name: 'x' } } as Pod;
  assert.deepEqual(found({ pods: [other] }), []);
});
