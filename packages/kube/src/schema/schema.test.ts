import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from './defaults.ts';
import { compilePattern } from './pattern.ts';
import { pruneUnknown } from './prune.ts';
import type { StructuralSchema } from './structural.ts';
import { checkStructural } from './structural-rules.ts';
import { validateSchema } from './validate.ts';

const schema: StructuralSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } },
    spec: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 10 },
        replicas: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, default: 1 },
        ratio: { type: 'number', exclusiveMaximum: true, maximum: 1 },
        mode: { type: 'string', enum: ['A', 'B'] },
        note: { type: 'string', nullable: true },
        colour: { type: 'string', default: 'red' },
        port: { 'x-kubernetes-int-or-string': true },
        memory: { 'x-kubernetes-int-or-string': true, format: 'quantity' },
        at: { type: 'string', format: 'date-time' },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' }, maxItems: 3 },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              name: { type: 'string', maxLength: 3 },
            },
          },
        },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        anything: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object' } },
        },
        nested: {
          type: 'object',
          default: {},
          properties: { depth: { type: 'integer', default: 3 }, none: { type: 'string' } },
        },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
        either: {
          type: 'object',
          properties: { a: { type: 'integer' }, b: { type: 'integer' } },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
      },
    },
  },
};
const withSpec = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'K',
  metadata: { name: 'n' },
  spec: { name: 'abc', ...spec },
});
const findings = (object: object, old?: object) =>
  validateSchema(schema, object, old === undefined ? {} : { old }).map(({ path, message }) => `${path}: ${message}`);

test('a good object has no errors', () => {
  const good = {
    replicas: 2,
    ratio: 0.5,
    mode: 'A',
    note: null,
    port: 'http',
    memory: 2,
    at: '2026-01-02T03:04:05Z',
    tags: ['a', 'b'],
    ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }],
    labels: { a: 'b' },
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: 'b' } } },
    either: { a: 1 },
  };
  assert.deepEqual(findings(withSpec(good)), []);
});

const bad: [string, object, string[]][] = [
  [
    'type',
    { replicas: 'x' },
    ['spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
  ],
  [
    'null',
    { colour: null },
    ['spec.colour: Invalid value: "null": spec.colour in body must be of type string: "null"'],
  ],
  [
    'range',
    { replicas: 0 },
    ['spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1'],
  ],
  [
    'int32',
    { replicas: 2 ** 31 },
    [
      'spec.replicas: Invalid value: 2147483648: spec.replicas in body must be of type int32, from -2147483648 to 2147483647',
      'spec.replicas: Invalid value: 2147483648: spec.replicas in body should be less than or equal to 9',
    ],
  ],
  ['exclusive', { ratio: 1 }, ['spec.ratio: Invalid value: 1: spec.ratio in body should be less than 1']],
  ['enum', { mode: 'C' }, ['spec.mode: Unsupported value: "C": supported values: "A", "B"']],
  ['pattern', { name: 'ABC' }, [`spec.name: Invalid value: "ABC": spec.name in body should match '^[a-z]+$'`]],
  ['length', { name: 'abcdefghijklm' }, ['spec.name: Too long: may not be more than 10 bytes']],
  ['required', { name: undefined }, ['spec.name: Required value']],
  [
    'int-or-string',
    { port: true },
    ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
  ],
  [
    'quantity',
    { memory: 0.5 },
    ['spec.memory: Invalid value: "number": spec.memory in body must be of type integer,string: "number"'],
  ],
  [
    'quantity',
    { memory: '1Q' },
    ['spec.memory: Invalid value: "1Q": spec.memory in body must be a quantity such as 500m, 2 or 1.5Gi'],
  ],
  ['format', { at: 'now' }, ['spec.at: Invalid value: "now": spec.at in body must be of type date-time: "now"']],
  ['set', { tags: ['a', 'a'] }, ['spec.tags[1]: Duplicate value: "a"']],
  ['items', { tags: ['a', 'b', 'c', 'd'] }, ['spec.tags: Too many: 4: must have at most 3 items']],
  [
    'map list',
    { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
    ['spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}'],
  ],
  [
    'map key',
    { labels: { 'a.b/c': 1 } },
    ['spec.labels[a.b/c]: Invalid value: "integer": spec.labels[a.b/c] in body must be of type string: "integer"'],
  ],
  [
    'embedded',
    { template: { metadata: {} } },
    [
      'spec.template.apiVersion: Required value: must not be empty',
      'spec.template.kind: Required value: must not be empty',
    ],
  ],
  [
    'oneOf',
    { either: { a: 1, b: 2 } },
    [
      'spec.either: Invalid value: {"a":1,"b":2}: spec.either in body must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
  ],
];
for (const [what, spec, expected] of bad) {
  test(`validation: ${what}`, () => assert.deepEqual(findings(withSpec(spec)), expected));
}

test('all errors come at once, and metadata rules count', () => {
  const object = { ...withSpec({ replicas: 0, mode: 'C' }), metadata: { name: 'toolong', labels: { a: 1 } } };
  assert.deepEqual(
    validateSchema(schema, object).map(({ path }) => path),
    ['metadata.labels.a', 'metadata.name', 'spec.replicas', 'spec.mode'],
  );
});

test('what did not change is not blamed', () => {
  const old = withSpec({ mode: 'OLD', ports: [{ port: 1, name: 'long' }, { port: 2 }] });
  assert.deepEqual(findings(withSpec({ mode: 'OLD', ports: [{ port: 2 }, { port: 1, name: 'long' }] }), old), []);
  assert.deepEqual(findings(withSpec({ mode: 'NEW' }), old).length, 1);
});

test('repeated keys pass in built-in kinds', () => {
  assert.deepEqual(validateSchema(schema, withSpec({ tags: ['a', 'a'] }), { builtIn: true }), []);
});

test('unknown fields are dropped and named, known and preserved ones stay', () => {
  const object = withSpec({
    extra: 1,
    ports: [{ port: 1, foo: 2 }],
    anything: { x: { y: 1 }, known: { z: 1 } },
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { foo: 1 }, spec: { a: 1 } },
    constructor: 1,
  });
  const before = structuredClone(object);
  const { object: pruned, unknownPaths } = pruneUnknown(schema, object);
  assert.deepEqual(unknownPaths, [
    'spec.extra',
    'spec.ports[0].foo',
    'spec.anything.known.z',
    'spec.template.metadata.foo',
    'spec.constructor',
  ]);
  assert.deepEqual(pruned.spec, {
    name: 'abc',
    ports: [{ port: 1 }],
    anything: { x: { y: 1 }, known: {} },
    template: { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { a: 1 } },
  });
  assert.deepEqual(object, before);
  assert.equal(pruneUnknown(schema, pruned).object, pruned);
});

test('defaults fill absent fields and nulls, also inside defaults', () => {
  const object = withSpec({ colour: null, note: null, mode: null, ports: [{ port: 1 }] });
  const defaulted = applyDefaults(schema, object);
  assert.deepEqual(defaulted.spec, {
    name: 'abc',
    colour: 'red',
    note: null,
    ports: [{ port: 1, protocol: 'TCP' }],
    replicas: 1,
    nested: { depth: 3 },
  });
  assert.equal(applyDefaults(schema, defaulted), defaulted);
  assert.notEqual(defaulted.spec, object.spec);
});

test('a structural schema passes, and each broken rule is named', () => {
  assert.deepEqual(checkStructural(schema), []);
  const broken = {
    type: 'object',
    properties: {
      a: {},
      b: { type: 'array' },
      c: {
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
      },
      d: { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
      e: { type: 'string', pattern: '(?=x)' },
      f: { type: 'object', anyOf: [{ properties: { g: { minimum: 1 } } }, { type: 'object' }] },
      h: {
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
    },
  } as StructuralSchema;
  assert.deepEqual(
    checkStructural(broken, 's').map(({ path }) => path),
    [
      's.properties[a].type',
      's.properties[b].items',
      's.properties[c].x-kubernetes-list-map-keys',
      's.properties[d].additionalProperties',
      's.properties[e].pattern',
      's.properties[f].anyOf[0].properties[g]',
      's.properties[f].anyOf[1].type',
      's.properties[h].items.properties[k].default',
    ],
  );
});

test('a default that its own schema refuses is named', () => {
  const root: StructuralSchema = {
    type: 'object',
    properties: { a: { type: 'object', default: { b: 'x' }, properties: { b: { type: 'integer' } } } },
  };
  assert.deepEqual(
    checkStructural(root, 's').map(({ path, reason }) => [path, reason]),
    [['s.properties[a].default.b', 'FieldValueTypeInvalid']],
  );
});

test('int-or-string may be explained with anyOf', () => {
  const port: StructuralSchema = {
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
  };
  const root: StructuralSchema = { type: 'object', properties: { port } };
  assert.deepEqual(checkStructural(root), []);
  assert.deepEqual(validateSchema(root, { port: 1 }), []);
  assert.deepEqual(validateSchema(root, { port: 'a' }), []);
});

const patterns: [string, string, boolean][] = [
  ['^a', 'ab', true],
  ['(?i)^a$', 'A', true],
  ['^[[:alpha:]_]+$', 'ab_', true],
  ['\\Aab\\z', 'ab\n', false],
  ['(?P<x>a)b', 'ab', true],
  ['^\\pL+$', 'aé', true],
  ['a{,3}', 'a{,3}', true],
  ['^a{2}$', 'aa', true],
  ['^\\Qa.b\\E$', 'a.b', true],
  ['^\\Qa.b\\E$', 'axb', false],
  ['^[\\w-]+\\-\\_$', 'a-b-_', true],
  ['^\\/x\\"$', '/x"', true],
  [
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
    '1.5Gi',
    true,
  ],
];
for (const [pattern, text, expected] of patterns) {
  test(`pattern ${pattern} ${expected ? 'takes' : 'refuses'} ${JSON.stringify(text)}`, () => {
    assert.equal(compilePattern(pattern)(text), expected);
  });
}
test('what RE2 does not have is refused', () => {
  for (const wrong of ['(?=a)', '(?!a)', '(?<=a)', '(a)\\1', '[', '('])
    assert.throws(() => compilePattern(wrong), SyntaxError);
});

const formats: [string, string[], string[]][] = [
  [
    'ipv4',
    ['127.0.0.1', '255.255.255.255', '0.0.0.0'],
    ['256.0.0.1', '1.2.3', '1.2.3.4.', '01.2.3.4', '::1', '1.2.3.4.5'],
  ],
  [
    'ipv6',
    ['::1', '::', 'fe80::1', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'],
    ['1.2.3.4', 'fe80::1%eth0', ':::', '1:2', 'g::'],
  ],
  ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33', '::/129', '/8']],
  ['uri', ['http://a/b', '/a', 'urn:x'], ['a b', 'nope', 'http://[']],
  ['byte', ['', 'YQ==', 'YWI='], ['Y', 'a!b=', 'YQ=']],
  ['duration', ['1h30m', '0', '-5s', '3 weeks'], ['', '1', 'h']],
  ['date', ['2026-02-28'], ['2026-2-8', '2026-13-01']],
  ['date-time', ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5+01:00'], ['2026-01-01', '2026-01-01 00:00:00Z']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567', 'x23e4567-e89b-12d3-a456-426614174000']],
];
for (const [format, good, bad] of formats) {
  test(`format ${format}`, () => {
    const root: StructuralSchema = { type: 'object', properties: { a: { type: 'string', format } } };
    for (const a of good) assert.deepEqual(validateSchema(root, { a }), [], a);
    for (const a of bad) assert.equal(validateSchema(root, { a }).length, 1, a);
  });
}
