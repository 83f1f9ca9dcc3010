import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KindVersion, PodSchemas } from '@serval/api';
import type { StructuralSchema } from '@serval/kube/schema';
import { kindPage } from './kind-page.ts';

const pods = { ownerOf: () => undefined } as unknown as PodSchemas;

function version(name: string, storage: boolean, fields: Record<string, StructuralSchema>): KindVersion {
  const spec: StructuralSchema = { type: 'object', properties: fields, description: 'What is wanted.' };
  return {
    resource: { group: 'example.dev', version: name, plural: 'widgets', kind: 'Widget', namespaced: true },
    description: 'A thing.',
    singular: 'widget',
    shortNames: ['w'],
    storage,
    hasStatus: false,
    printerColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
    schema: () => ({ type: 'object', properties: { spec } }),
  };
}

const size: StructuralSchema = { type: 'integer', minimum: 1 };

test('a page tells names, fields and columns', () => {
  const page = kindPage([version('v1', true, { size })], pods);
  assert.match(
    page,
    /^# Widget\n\nA thing\.\n\nGroup `example\.dev`, in namespaces\. kubectl knows it as `widgets`, `widget`, `w`\./,
  );
  assert.match(
    page,
    /## example\.dev\/v1\n\n\| field .*\n.*\n\| `spec` \| object \| {2}\| What is wanted\. \|\n\| `spec\.size` \| integer/,
  );
  assert.match(page, /Columns of `kubectl get`: Size \(`\.spec\.size`\)\.$/);
});

test('of other versions only what differs is told', () => {
  const stored = version('v2', true, { size, shape: { type: 'object', properties: { round: { type: 'boolean' } } } });
  const page = kindPage([version('v1', false, { size: { ...size, minimum: 0 } }), stored], pods);
  const [, second = '', first = ''] = page.split(/^## /m);
  assert.match(second, /^example\.dev\/v2 \(stored\)/);
  assert.match(
    first,
    /^example\.dev\/v1\n\nServed with the webhooks, which convert it\. As v2, but for what is listed here\. It has no `spec\.shape`\.\n/,
  );
  assert.doesNotMatch(first, /`spec` \|/);
  assert.match(first, /`spec\.size` \| integer \| {2}\| At least `0`\./);
});

test('bars and line breaks do not break the table', () => {
  const page = kindPage([version('v1', true, { mode: { type: 'string', description: 'a|b\nc' } })], pods);
  assert.match(page, /\| `spec\.mode` \| string \| {2}\| a\\\|b c \|/);
});
