import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinTable, checkStructural, type StructuralSchema, validateSchema } from '@serval/kube/schema';
import { createPodParts } from './pod-parts.ts';
import { checkPodSchemas, fullPodSchemas } from './pod-schemas.ts';

const parts = createPodParts('definitions');

function at(schema: StructuralSchema | undefined, path: string): StructuralSchema | undefined {
  return path.split('.').reduce<StructuralSchema | undefined>((parent, name) => {
    if (name === '[]') return parent?.items;
    if (name === '{}')
      return typeof parent?.additionalProperties === 'object' ? parent.additionalProperties : undefined;
    return parent?.properties?.[name];
  }, schema);
}

const podSpec = parts.definition('core/v1.PodSpec');

test('Pods are structural, and say nothing that only built-in kinds may', () => {
  const whole: StructuralSchema = { type: 'object', properties: { spec: podSpec } };
  assert.deepEqual(checkStructural(whole), []);
  assert.doesNotMatch(JSON.stringify(whole), /x-kubernetes-patch|\$ref|"format":"quantity"/);
});

test('quantities and ports take numbers and texts, as API servers want it written', () => {
  const limits = at(podSpec, 'containers.[].resources.limits.{}');
  assert.deepEqual(limits?.anyOf, [{ type: 'integer' }, { type: 'string' }]);
  assert.equal(limits?.['x-kubernetes-int-or-string'], true);
  const wrapped: StructuralSchema = { type: 'object', properties: { a: limits ?? {} } };
  const wrong = (value: unknown) => validateSchema(wrapped, { a: value }, { isResource: false }).length > 0;
  for (const value of ['500m', '1.5Gi', 2, '0.5', '1e3', '+.5']) assert.equal(wrong(value), false, String(value));
  for (const value of ['two', '1 Gi', 0.5, true, '']) assert.equal(wrong(value), true, String(value));
  assert.deepEqual(at(podSpec, 'containers.[].livenessProbe.tcpSocket.port')?.pattern, undefined);
});

test('keys of lists that may be left out have a default', () => {
  assert.equal(at(podSpec, 'containers.[].ports.[].protocol')?.default, 'TCP');
  assert.equal(at(podSpec, 'imagePullSecrets.[].name')?.default, '');
});

test('references and selectors are replaced as a whole', () => {
  for (const path of ['env.[].valueFrom.secretKeyRef', 'env.[].valueFrom.fieldRef', 'envFrom.[].configMapRef']) {
    assert.equal(at(podSpec, `containers.[].${path}`)?.['x-kubernetes-map-type'], 'atomic', path);
  }
});

test('enums are told in definitions, and enforced by checks, but for an empty text', () => {
  assert.equal(at(podSpec, 'containers.[].imagePullPolicy')?.enum, undefined);
  const { container } = checkPodSchemas();
  assert.deepEqual(container.properties?.['imagePullPolicy']?.enum, ['Always', 'IfNotPresent', 'Never', '']);
});

test('fields of PodSpec among those of a kind replace their lists as KServe’s do, and those of a whole PodSpec merge', () => {
  const { podSpecFields, definition } = fullPodSchemas();
  assert.equal(podSpecFields['containers']?.['x-kubernetes-list-type'], undefined);
  const { containers } = definition('core/v1.PodSpec').properties ?? {};
  assert.deepEqual(containers?.['x-kubernetes-list-map-keys'], ['name']);
});

test('a definition that contains itself ends, and is the same whoever asks first', () => {
  const name = 'apiextensions/v1.JSONSchemaProps';
  const text = JSON.stringify(createPodParts('definitions').definition(name));
  assert.ok(text.length < 2_000_000);
  const other = createPodParts('definitions');
  other.definition('apiextensions/v1.CustomResourceDefinition');
  assert.equal(JSON.stringify(other.definition(name)), text);
});

test('every definition of the table can be made', () => {
  for (const name of Object.keys(builtinTable().definitions)) assert.ok(parts.definition(name), name);
  assert.throws(() => parts.definition('core/v1.Nothing'), /has no core\/v1\.Nothing/);
});
