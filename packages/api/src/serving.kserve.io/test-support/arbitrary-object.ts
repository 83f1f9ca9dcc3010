import type { StructuralSchema } from '@serval/kube/schema';
import fc from 'fast-check';

/** Deeper than this, objects are what they happen to be: rules read nothing there. */
const maxDepth = 7;
/** What a field may hold in the place of what it should. */
const anything = fc.jsonValue({ maxDepth: 2 });
const texts = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'iris',
    '/mnt/models',
    's3://a/b',
    'pvc://c',
    '..',
    '1Gi',
    'Resource',
    'kserve-container',
    '__proto__',
    'hpa',
    'keda',
    'Standard',
    'Knative',
  ),
  fc.string({ maxLength: 12 }),
);
const annotationKeys = fc.constantFrom(
  'serving.kserve.io/autoscalerClass',
  'serving.kserve.io/deploymentMode',
  'serving.kserve.io/gpu-resource-types',
);
const numbers = fc.constantFrom(-1, 0, 1, 2, 100, 101, 2 ** 31);

type IsPodField = (field: StructuralSchema) => boolean;

/** Objects with fields of a schema, most of them with values of the right type, some with anything. For tests. */
export function arbitraryObject(schema: StructuralSchema, isPodField: IsPodField): fc.Arbitrary<object> {
  const metadata = fc.record(
    {
      name: fc.oneof(texts, anything),
      annotations: fc.oneof(fc.dictionary(fc.oneof(annotationKeys, texts), texts), anything),
      finalizers: fc.oneof(fc.array(texts), anything),
      generateName: texts,
    },
    { requiredKeys: [] },
  );
  const objects = fc.record(
    { metadata, spec: fc.oneof(arbitraryValue(schema.properties?.['spec'] ?? {}, 0, isPodField), anything) },
    { requiredKeys: ['metadata'] },
  );
  // As JSON brings them: none lacks a prototype.
  return objects.map((object) => JSON.parse(JSON.stringify(object)) as object);
}

function arbitraryValue(schema: StructuralSchema, depth: number, isPodField: IsPodField): fc.Arbitrary<unknown> {
  const right = rightValue(schema, depth, isPodField);
  return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: anything });
}

function rightValue(schema: StructuralSchema, depth: number, isPodField: IsPodField): fc.Arbitrary<unknown> {
  if (depth > maxDepth) return anything;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-int-or-string']) return fc.oneof(texts, numbers);
  switch (schema.type) {
    case 'string':
      return texts;
    case 'integer':
    case 'number':
      return numbers;
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(arbitraryValue(schema.items ?? {}, depth + 1, isPodField), { maxLength: 3 });
    case 'object':
      return arbitraryFields(schema, depth, isPodField);
    default:
      return anything;
  }
}

/** A few of the fields, rather a kind's own than those of Pods: with all of them, no object would have one form of a model only. */
function arbitraryFields(schema: StructuralSchema, depth: number, isPodField: IsPodField): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return fc.dictionary(texts, texts, { maxKeys: 3 });
  const { own = [], pod = [] } = Object.groupBy(fields, ([, field]) => (isPodField(field) ? 'pod' : 'own'));
  return fc
    .tuple(
      fc.subarray(own, { maxLength: Math.min(own.length, 6) }),
      fc.subarray(pod, { maxLength: Math.min(pod.length, 3) }),
    )
    .chain(([some, others]) =>
      fc.record(
        Object.fromEntries(
          [...some, ...others].map(([name, field]) => [name, arbitraryValue(field, depth + 1, isPodField)]),
        ),
      ),
    );
}
