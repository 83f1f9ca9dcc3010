import type { StructuralSchema } from '@serval/kube/schema';
import fc from 'fast-check';

/** Deeper than this, only what is demanded is there. */
const maxDepth = 9;
const texts = [
  '',
  'a',
  'abc',
  '/mnt/a',
  '1',
  '1Gi',
  '500m',
  '2026-01-01T00:00:00Z',
  'kbs:///a/b/c',
  '10.0.0.1',
  '0.1',
  'a=b',
];
const numbers = [-1, 0, 1, 2, 50, 100, 503, 8080, 2 ** 31 - 1];

/** Values that a schema takes, with a few of its optional fields each. */
export function validValue(schema: StructuralSchema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-int-or-string'])
    return fc.constantFrom<unknown>(...fitting(schema, texts), ...fitting(schema, numbers));
  switch (schema.type) {
    case 'string':
      return fc.constantFrom(...fitting(schema, texts));
    case 'integer':
    case 'number':
      return fc.constantFrom(...fitting(schema, numbers));
    case 'boolean':
      return fc.boolean();
    case 'array':
      return validList(schema, depth);
    case 'object':
      return validFields(schema, depth);
    default:
      return fc.constant({});
  }
}

function validList(schema: StructuralSchema, depth: number): fc.Arbitrary<unknown> {
  const { items = {}, minItems = 0 } = schema;
  const maxLength = depth > maxDepth ? minItems : Math.max(minItems, 2);
  const options = { minLength: minItems, maxLength };
  if ((schema['x-kubernetes-list-type'] ?? 'atomic') === 'atomic')
    return fc.array(validValue(items, depth + 1), options);
  const keys = schema['x-kubernetes-list-map-keys'];
  const keyOf = (item: unknown) =>
    JSON.stringify(
      keys ? keys.map((key) => (item as Record<string, unknown>)[key] ?? items.properties?.[key]?.default) : item,
    );
  return fc.uniqueArray(validValue(items, depth + 1), { ...options, selector: keyOf });
}

function validFields(schema: StructuralSchema, depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(fc.constantFrom('a', 'b', 'example.com/c'), validValue(additionalProperties, depth + 1), {
      minKeys: schema.minProperties ?? 0,
      maxKeys: 2,
    });
  }
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const most = depth > maxDepth ? 0 : Math.min(optional.length, 5);
  return fc
    .subarray(optional, { maxLength: most })
    .chain((some) =>
      fc.record(
        Object.fromEntries([...required, ...some].map((name) => [name, validValue(properties[name] ?? {}, depth + 1)])),
      ),
    );
}

function fitting<T extends string | number>(schema: StructuralSchema, candidates: readonly T[]): T[] {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY, format } = schema;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  const found = candidates.filter((value) => {
    if (typeof value === 'number') return value >= minimum && value <= maximum;
    if (format === 'date-time' && !value.startsWith('2026-')) return false;
    if (value.length < minLength || value.length > maxLength) return false;
    return pattern === undefined || new RegExp(pattern).test(value);
  });
  if (found.length === 0)
    throw new Error(`no value at hand fits ${JSON.stringify({ ...schema, description: undefined })}`);
  return found;
}
