import type { StructuralSchema } from '@serval/kube/schema';
import fc from 'fast-check';

const texts = [
  '',
  'a',
  'iris',
  'b-1',
  'hf://a/b',
  '/mnt/a',
  '1Gi',
  '0.5',
  '10m',
  'kbs:///a/b/c',
  '2026-01-01T00:00:00Z',
];
const numbers = [-1, 0, 1, 2, 50, 302, 404, 8000, 8001, 65_535, 2 ** 31 - 1];
const keys = ['a', 'b', 'app.kubernetes.io/name', 'matchLabels', '__proto__', 'constructor'];
const anyJson = fc.dictionary(fc.constantFrom(...keys, 'criticality', 'name'), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
});

/** A field to leave out or put in, by its path. */
type Choose = (path: string) => boolean;

/** Values that a schema takes, with anything where it is open. `mayHave` says which optional fields are there at all. */
export function arbitraryValue(
  schema: StructuralSchema,
  mayHave: Choose = () => true,
  path = '',
): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-int-or-string']) return fc.constantFrom('1Gi', '500m', '2', 3);
  if (schema['x-kubernetes-preserve-unknown-fields']) {
    return schema.type === 'object' ? anyJson : fc.array(anyJson, { maxLength: 2 });
  }
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'string') return fitting(schema, texts);
  if (schema.type === 'integer' || schema.type === 'number') return fitting(schema, numbers);
  if (schema.type === 'array') return arbitraryList(schema, mayHave, path);
  if (typeof schema.additionalProperties === 'object') {
    const value = arbitraryValue(schema.additionalProperties, mayHave, `${path}{}`);
    return fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3, minKeys: schema.minProperties ?? 0 });
  }
  return arbitraryFields(schema, mayHave, path);
}

function arbitraryList(schema: StructuralSchema, mayHave: Choose, path: string): fc.Arbitrary<unknown> {
  const { items = {}, minItems = 0, maxItems = 3 } = schema;
  const item = arbitraryValue(items, mayHave, `${path}[]`);
  const options = { minLength: minItems, maxLength: Math.min(maxItems, Math.max(minItems, 3)) };
  const listKeys = schema['x-kubernetes-list-map-keys'];
  const isSet = schema['x-kubernetes-list-type'] === 'set';
  if (!listKeys && !isSet) return fc.array(item, options);
  const selector = (value: unknown) =>
    JSON.stringify(listKeys ? listKeys.map((key) => (value as Record<string, unknown>)[key]) : value);
  return fc.uniqueArray(item, { ...options, selector });
}

function arbitraryFields({ properties = {}, required = [] }: StructuralSchema, mayHave: Choose, path: string) {
  const fields = Object.entries(properties).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const value = () => arbitraryValue(field, mayHave, at);
    if (required.includes(name)) return [[name, value()] as const];
    // `undefined` is taken out again where the object becomes JSON.
    return mayHave(at) ? [[name, fc.option(value(), { nil: undefined, freq: 2 })] as const] : [];
  });
  return fc.record(Object.fromEntries(fields));
}

function fitting<T extends string | number>(schema: StructuralSchema, candidates: readonly T[]): fc.Arbitrary<T> {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY, format } = schema;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  const found = candidates.filter((value) => {
    if (typeof value === 'number') return value >= minimum && value <= maximum;
    if (format === 'date-time') return value.startsWith('2026-');
    const isLong = value.length < minLength || value.length > maxLength;
    return !isLong && (pattern === undefined || new RegExp(pattern).test(value));
  });
  if (found.length === 0) throw new Error(`no value fits ${JSON.stringify(schema)}`);
  return fc.constantFrom(...found);
}
