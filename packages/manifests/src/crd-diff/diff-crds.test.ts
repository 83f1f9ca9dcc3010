import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CustomResourceDefinition, crds } from '@serval/api';
import type { StructuralSchema } from '@serval/kube/schema';
import { load } from 'js-yaml';
import type { CrdChangeRule } from './change.ts';
import { changeSentence } from './change.ts';
import { diffCrds } from './diff-crds.ts';

/** What `spec` was, what it is, and what is said of it; `!` before what breaks users. */
const schemaTable: Record<string, [before: string, after: string, ...expected: string[]]> = {
  'nothing is said of descriptions': ['{a: {type: string}}', '{a: {type: string, description: x}}'],
  'removed field': ['{a: {type: string}, b: {type: string}}', '{a: {type: string}}', '! FieldRemoved spec.b'],
  'optional field': ['{}', '{a: {type: string}}', 'FieldAdded spec.a'],
  'field below a new field': [
    '{}',
    '{a: {type: object, required: [b], properties: {b: {type: string}}}}',
    'FieldAdded spec.a',
  ],
  'retyped field': ['{a: {type: string}}', '{a: {type: integer}}', '! TypeChanged spec.a'],
  'integer becomes number': ['{a: {type: integer}}', '{a: {type: number}}', 'TypeChanged spec.a'],
  'number becomes integer': ['{a: {type: number}}', '{a: {type: integer}}', '! TypeChanged spec.a'],
  'text becomes integer or text': [
    '{a: {type: string}}',
    '{a: {x-kubernetes-int-or-string: true}}',
    'TypeChanged spec.a',
  ],
  'integer or text becomes text': [
    '{a: {x-kubernetes-int-or-string: true}}',
    '{a: {type: string}}',
    '! TypeChanged spec.a',
  ],
  'object becomes map': [
    '{a: {type: object, properties: {b: {type: string}}}}',
    '{a: {type: object, additionalProperties: {type: string}}}',
    '! TypeChanged spec.a',
  ],
  'null no longer taken': ['{a: {type: string, nullable: true}}', '{a: {type: string}}', '! TypeChanged spec.a'],
  'null taken': ['{a: {type: string}}', '{a: {type: string, nullable: true}}', 'TypeChanged spec.a'],
  'items of lists': [
    '{a: {type: array, items: {type: string}}}',
    '{a: {type: array, items: {type: integer}}}',
    '! TypeChanged spec.a[]',
  ],
  'values of maps': [
    '{a: {type: object, additionalProperties: {type: string}}}',
    '{a: {type: object, additionalProperties: {type: integer}}}',
    '! TypeChanged spec.a.*',
  ],
  'enum value gone': ['{a: {type: string, enum: [x, y]}}', '{a: {type: string, enum: [x]}}', '! EnumChanged spec.a'],
  'enum value added': ['{a: {type: string, enum: [x]}}', '{a: {type: string, enum: [x, y]}}', 'EnumChanged spec.a'],
  'enum where none was': ['{a: {type: string}}', '{a: {type: string, enum: [x]}}', '! EnumChanged spec.a'],
  'no enum': ['{a: {type: string, enum: [x]}}', '{a: {type: string}}', 'EnumChanged spec.a'],
  'higher minimum': ['{a: {type: integer, minimum: 0}}', '{a: {type: integer, minimum: 1}}', '! LimitChanged spec.a'],
  'lower minimum': ['{a: {type: integer, minimum: 1}}', '{a: {type: integer, minimum: 0}}', 'LimitChanged spec.a'],
  'maximum where none was': ['{a: {type: integer}}', '{a: {type: integer, maximum: 9}}', '! LimitChanged spec.a'],
  'higher maximum': ['{a: {type: integer, maximum: 8}}', '{a: {type: integer, maximum: 9}}', 'LimitChanged spec.a'],
  'shorter text': ['{a: {type: string, maxLength: 9}}', '{a: {type: string, maxLength: 8}}', '! LimitChanged spec.a'],
  'fewer items': [
    '{a: {type: array, items: {type: string}, maxItems: 9}}',
    '{a: {type: array, items: {type: string}, maxItems: 8}}',
    '! LimitChanged spec.a',
  ],
  'exclusive minimum': [
    '{a: {type: integer, minimum: 0}}',
    '{a: {type: integer, minimum: 0, exclusiveMinimum: true}}',
    '! LimitChanged spec.a',
  ],
  'multipleOf changed': [
    '{a: {type: integer, multipleOf: 2}}',
    '{a: {type: integer, multipleOf: 4}}',
    '! LimitChanged spec.a',
  ],
  'pattern where none was': ['{a: {type: string}}', '{a: {type: string, pattern: x}}', '! PatternChanged spec.a'],
  'pattern changed': ['{a: {type: string, pattern: x}}', '{a: {type: string, pattern: y}}', '! PatternChanged spec.a'],
  'pattern gone': ['{a: {type: string, pattern: x}}', '{a: {type: string}}', 'PatternChanged spec.a'],
  'wider format': [
    '{a: {type: integer, format: int32}}',
    '{a: {type: integer, format: int64}}',
    'FormatChanged spec.a',
  ],
  'narrower format': [
    '{a: {type: integer, format: int64}}',
    '{a: {type: integer, format: int32}}',
    '! FormatChanged spec.a',
  ],
  'new rule': [
    '{a: {type: string}}',
    '{a: {type: string, x-kubernetes-validations: [{rule: \'self != ""\'}]}}',
    '! RuleChanged spec.a',
  ],
  'rule gone': [
    '{a: {type: string, x-kubernetes-validations: [{rule: \'self != ""\'}]}}',
    '{a: {type: string}}',
    'RuleChanged spec.a',
  ],
  'another message of a rule': [
    '{a: {type: string, x-kubernetes-validations: [{rule: r, message: x}]}}',
    '{a: {type: string, x-kubernetes-validations: [{rule: r}]}}',
  ],
  'new junctor': ['{a: {type: string}}', '{a: {type: string, oneOf: [{pattern: x}]}}', '! RuleChanged spec.a'],
  'junctor gone': ['{a: {type: string, oneOf: [{pattern: x}]}}', '{a: {type: string}}', 'RuleChanged spec.a'],
  'default changed': [
    '{a: {type: integer, default: 1}}',
    '{a: {type: integer, default: 2}}',
    '! DefaultChanged spec.a',
  ],
  'default where none was': ['{a: {type: integer}}', '{a: {type: integer, default: 2}}', '! DefaultChanged spec.a'],
  'default gone': ['{a: {type: integer, default: 2}}', '{a: {type: integer}}', '! DefaultChanged spec.a'],
  'list type': [
    '{a: {type: array, items: {type: string}}}',
    '{a: {type: array, items: {type: string}, x-kubernetes-list-type: set}}',
    '! ListTypeChanged spec.a',
  ],
  'atomic said or not': [
    '{a: {type: array, items: {type: string}}}',
    '{a: {type: array, items: {type: string}, x-kubernetes-list-type: atomic}}',
  ],
  'list keys': [
    '{a: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a], items: {type: object}}}',
    '{a: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a, b], items: {type: object}}}',
    '! ListTypeChanged spec.a',
  ],
  'map type': ['{a: {type: object}}', '{a: {type: object, x-kubernetes-map-type: atomic}}', '! ListTypeChanged spec.a'],
  'unknown fields dropped': [
    '{a: {type: object, x-kubernetes-preserve-unknown-fields: true}}',
    '{a: {type: object}}',
    '! UnknownFieldsChanged spec.a',
  ],
  'unknown fields kept': [
    '{a: {type: object}}',
    '{a: {type: object, x-kubernetes-preserve-unknown-fields: true}}',
    'UnknownFieldsChanged spec.a',
  ],
  'what was kept whatever it held gets a type': [
    '{a: {type: object, x-kubernetes-preserve-unknown-fields: true}}',
    '{a: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {b: {type: string}}}}',
    '! TypeChanged spec.a.b',
  ],
  'no longer described but kept': [
    '{a: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {b: {type: string}}}}',
    '{a: {type: object, x-kubernetes-preserve-unknown-fields: true}}',
    'UnknownFieldsChanged spec.a.b',
  ],
  'anything becomes text': [
    '{a: {x-kubernetes-preserve-unknown-fields: true}}',
    '{a: {type: string}}',
    '! TypeChanged spec.a',
  ],
  'text becomes anything': [
    '{a: {type: string}}',
    '{a: {x-kubernetes-preserve-unknown-fields: true}}',
    'TypeChanged spec.a',
  ],
  'a field that every object of JavaScript has': ['{}', '{constructor: {type: string}}', 'FieldAdded spec.constructor'],
};

for (const [name, [before, after, ...expected]] of Object.entries(schemaTable)) {
  test(`schema: ${name}`, () => {
    assert.deepEqual(told([crd({ fields: before })], [crd({ fields: after })]), expected);
  });
}

const requiredTable: Record<string, [before: string, after: string, ...expected: string[]]> = {
  'optional field is required': ['[]', '[a]', '! RequiredChanged spec.a'],
  'required field is optional': ['[a]', '[]', 'RequiredChanged spec.a'],
  'required field with a default': ['[]', '[d]', 'RequiredChanged spec.d'],
};
for (const [name, [before, after, ...expected]] of Object.entries(requiredTable)) {
  test(`schema: ${name}`, () => {
    const fields = '{a: {type: string}, d: {type: string, default: x}}';
    const required = (list: string) => [crd({ fields, required: load(list) as string[] })];
    assert.deepEqual(told(required(before), required(after)), expected);
  });
}

test('schema: new required field', () => {
  const after = crd({ fields: '{a: {type: string}}', required: ['a'] });
  assert.deepEqual(told([crd({ fields: '{}' })], [after]), ['! FieldAdded spec.a']);
});

const definitionTable: Record<string, [change: (crd: Definition) => void, ...expected: string[]]> = {
  scope: [({ spec }) => (spec.scope = 'Cluster'), '! ScopeChanged '],
  plural: [({ spec }) => (spec.names.plural = 'others'), '! NamesChanged '],
  'short name gone': [({ spec }) => (spec.names.shortNames = []), '! NamesChanged '],
  'short name new': [({ spec }) => spec.names.shortNames?.push('two'), 'NamesChanged '],
  'category gone': [({ spec }) => (spec.names.categories = []), 'NamesChanged '],
  'version no longer served': [({ spec }) => (at(spec.versions, 0).served = false), '! VersionNotServed '],
  'version gone that is not stored': [({ spec }) => spec.versions.shift(), '! VersionRemoved '],
  'version gone that is stored': [
    ({ spec }) => {
      spec.versions.pop();
      at(spec.versions, 0).storage = true;
    },
    '! StoredVersionRemoved ',
    'StorageVersionChanged ',
  ],
  'version new': [({ spec }) => spec.versions.push({ ...at(spec.versions, 0), name: 'v2' }), 'VersionAdded '],
  'status gone': [({ spec }) => (at(spec.versions, 1).subresources = {}), '! SubresourceChanged '],
  'column gone': [({ spec }) => (at(spec.versions, 1).additionalPrinterColumns = []), 'PrinterColumnChanged '],
  'column shows another field': [
    ({ spec }) =>
      (at(spec.versions, 1).additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: '.spec.z' }]),
    'PrinterColumnChanged ',
  ],
  'column new': [
    ({ spec }) =>
      at(spec.versions, 1).additionalPrinterColumns?.push({ name: 'B', type: 'string', jsonPath: '.spec.b' }),
    'PrinterColumnChanged ',
  ],
  'conversion gone': [({ spec }) => (spec.conversion = { strategy: 'None' }), '! ConversionChanged '],
};
for (const [name, [change, ...expected]] of Object.entries(definitionTable)) {
  test(`definition: ${name}`, () => {
    const after = definition();
    change(after);
    assert.deepEqual(told([definition()], [after]), expected);
  });
}

test('a version that was stored earlier counts as stored', () => {
  const before = { ...definition(), status: { storedVersions: ['v1alpha1', 'v1'] } };
  const after = definition();
  after.spec.versions.shift();
  assert.deepEqual(told([before], [after]), ['! StoredVersionRemoved ']);
});

test('definitions come and go', () => {
  assert.deepEqual(told([definition()], []), ['! DefinitionRemoved ']);
  assert.deepEqual(told([], [definition()]), ['DefinitionAdded ']);
});

test('what breaks users comes first, in sentences that name kind, version and path', () => {
  const before = crd({ fields: '{a: {type: string}}' });
  const after = crd({ fields: '{b: {type: string}}' });
  assert.deepEqual(diffCrds([before], [after]).map(changeSentence), [
    'Thing v1 spec.a: the field is gone: API servers drop it silently, or refuse it when asked to be strict',
    'Thing v1 spec.b: the optional field is new',
  ]);
});

test("Serval's own definitions are the same as themselves, and each removed field is found", () => {
  const own = crds({ bundle: 'full' });
  assert.deepEqual(diffCrds(own, own), []);
  const changed = structuredClone(own);
  const service = changed.find(({ spec }) => spec.names.kind === 'InferenceService');
  delete service?.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties?.['predictor']
    ?.properties?.['model'];
  assert.deepEqual(
    diffCrds(own, changed).map(({ rule, path }) => `${rule} ${path}`),
    ['FieldRemoved spec.predictor.model'],
  );
});

type Definition = CustomResourceDefinition;

function told(before: Definition[], after: Definition[]): string[] {
  return diffCrds(before, after).map(
    ({ breaks, rule, path }) => `${breaks ? '! ' : ''}${rule satisfies CrdChangeRule} ${path}`,
  );
}

function crd({ fields, required = [] }: { fields: string; required?: string[] }): Definition {
  const properties = load(fields) as Record<string, StructuralSchema>;
  const spec: StructuralSchema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  };
}

/** Two versions, of which the second is stored, with everything that a definition can have. */
function definition(): Definition {
  const one = crd({ fields: '{a: {type: string}}' });
  const [stored] = one.spec.versions;
  assert.ok(stored);
  one.spec.names = { ...one.spec.names, shortNames: ['one'], categories: ['all'] };
  one.spec.conversion = { strategy: 'Webhook', webhook: {} };
  stored.subresources = { status: {} };
  stored.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: '.spec.a' }];
  one.spec.versions = [{ ...structuredClone(stored), name: 'v1alpha1', storage: false }, stored];
  return one;
}

function at<T>(list: T[], index: number): T {
  const item = list[index];
  assert.ok(item);
  return item;
}
