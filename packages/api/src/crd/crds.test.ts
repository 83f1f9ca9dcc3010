import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStructural, type StructuralSchema } from '@serval/kube/schema';
import { crds, gatewayApiCrds } from './crds.ts';

const standard = [...crds(), ...gatewayApiCrds()];

for (const [bundle, list] of [
  ['standard', standard],
  ['full', crds({ bundle: 'full' })],
] as const) {
  for (const crd of list) {
    test(`${crd.metadata.name} (${bundle}) is structural`, () => {
      assert.equal(crd.spec.versions.filter(({ storage }) => storage).length, 1);
      for (const { schema } of crd.spec.versions) assert.deepEqual(checkStructural(schema.openAPIV3Schema), []);
      assert.doesNotMatch(JSON.stringify(crd), /x-kubernetes-patch|"~kind"/);
    });
  }
}

test('standard CRDs are small enough to be applied from the client’s side', () => {
  for (const crd of standard) assert.ok(JSON.stringify(crd).length < 256 * 1024, crd.metadata.name);
});

test('making them twice gives the same', () => {
  assert.deepEqual([...crds(), ...gatewayApiCrds()], standard);
});

function at(schema: StructuralSchema | undefined, path: string): StructuralSchema | undefined {
  return path
    .split('.')
    .reduce<StructuralSchema | undefined>(
      (parent, name) => (name === '[]' ? parent?.items : parent?.properties?.[name]),
      schema,
    );
}

test('a standard InferenceService knows the fields of containers, and keeps what is deeper', () => {
  const [version] = crds()[0]?.spec.versions ?? [];
  const predictor = at(version?.schema.openAPIV3Schema, 'spec.predictor');
  assert.equal(at(predictor, 'containers.[].image')?.type, 'string');
  assert.equal(at(predictor, 'model.image')?.type, 'string');
  assert.equal(at(predictor, 'model.storageUri')?.type, 'string');
  assert.equal(at(predictor, 'model.securityContext.runAsUser')?.type, 'integer');
  const open = at(predictor, 'ephemeralContainers.[]');
  assert.equal(open?.['x-kubernetes-preserve-unknown-fields'], true);
  assert.match(open?.description ?? '', /Kept open for size: see EphemeralContainer of Kubernetes/);
  assert.equal(predictor?.['x-kubernetes-preserve-unknown-fields'], undefined);
});

test('neither the name of a model’s container nor its format is asked for: validation says it better', () => {
  const [version] = crds({ bundle: 'full' })[0]?.spec.versions ?? [];
  const predictor = at(version?.schema.openAPIV3Schema, 'spec.predictor');
  assert.equal(at(predictor, 'model')?.required, undefined);
  assert.equal(at(predictor, 'xgboost')?.required, undefined);
});

test('Gateway API CRDs tell their release and channel', () => {
  for (const crd of gatewayApiCrds()) {
    assert.equal(crd.metadata.annotations?.['gateway.networking.k8s.io/channel'], 'standard');
    assert.match(crd.metadata.annotations?.['gateway.networking.k8s.io/bundle-version'] ?? '', /^v1\./);
    assert.ok(crd.metadata.annotations?.['api-approved.kubernetes.io']);
  }
});

test('names of the kinds', () => {
  assert.deepEqual(
    standard.map((crd) => crd.metadata.name),
    [
      'inferenceservices.serving.kserve.io',
      'servingruntimes.serving.kserve.io',
      'clusterservingruntimes.serving.kserve.io',
      'inferencegraphs.serving.kserve.io',
      'trainedmodels.serving.kserve.io',
      'clusterstoragecontainers.serving.kserve.io',
      'localmodelcaches.serving.kserve.io',
      'localmodelnamespacecaches.serving.kserve.io',
      'localmodelnodes.serving.kserve.io',
      'localmodelnodegroups.serving.kserve.io',
      'llminferenceservices.serving.kserve.io',
      'llminferenceserviceconfigs.serving.kserve.io',
      'platformdefaults.platform.serval.dev',
      'pipelines.platform.serval.dev',
      'credentialgrants.platform.serval.dev',
      'promotions.platform.serval.dev',
      'gatewayclasses.gateway.networking.k8s.io',
      'gateways.gateway.networking.k8s.io',
      'httproutes.gateway.networking.k8s.io',
      'referencegrants.gateway.networking.k8s.io',
    ],
  );
});
