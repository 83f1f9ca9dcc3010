import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { podTemplateOf, withPodTemplate } from './pod-template.ts';

const template = { metadata: { annotations: { a: 'b' } }, spec: { containers: [] } };
const other = { spec: { containers: [{ name: 'c' }] } };
const object = (apiVersion: string, kind: string, spec: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name: 'x' }, spec }) as KubeObject;

for (const [apiVersion, kind] of [
  ['apps/v1', 'Deployment'],
  ['serving.knative.dev/v1', 'Service'],
] as const) {
  test(`${apiVersion} ${kind} has a template that can be another`, () => {
    const workload = object(apiVersion, kind, { template, rest: 1 });
    assert.deepEqual(podTemplateOf(workload), template);
    assert.deepEqual(withPodTemplate(workload, other), object(apiVersion, kind, { template: other, rest: 1 }));
    assert.deepEqual(podTemplateOf(workload), template, 'the object itself stays');
  });
}

test('a Service of Kubernetes has none, whatever is in it', () => {
  const service = object('v1', 'Service', { template });
  assert.equal(podTemplateOf(service), undefined);
  assert.equal(withPodTemplate(service, other), service);
});
