import { crds } from '@serval/api';
import type { StructuralSchema } from '@serval/kube/schema';
import { Compile } from 'typebox/schema';

/**
 * The schema of services as JSON Schema, compiled to JavaScript by TypeBox. It answers yes or no, and neither paths nor defaults nor
 * the rules beyond the schema: less than what `checkObject` does, by the quickest means there is.
 */
export function compileServiceSchema(): { check(value: unknown): boolean; compileMs: number } {
  const schema = jsonSchemaOfServices();
  const begin = performance.now();
  const compiled = Compile(schema as object);
  return { check: (value) => compiled.Check(value), compileMs: performance.now() - begin };
}

function jsonSchemaOfServices(): JsonSchema {
  const services = crds({ bundle: 'full' }).find(({ spec }) => spec.names.kind === 'InferenceService');
  const [version] = services?.spec.versions ?? [];
  if (!version) throw new Error('there is no definition of InferenceService');
  const schema = jsonSchema(version.schema.openAPIV3Schema);
  return { ...schema, properties: { ...schema.properties, metadata: { type: 'object' } } };
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  [keyword: string]: unknown;
}

const shared = [
  'type',
  'required',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
] as const;

/** Unknown fields are refused, as they are reported here. */
function jsonSchema(node: StructuralSchema): JsonSchema {
  if (node['x-kubernetes-int-or-string']) {
    const text = { type: 'string', ...(node.pattern ? { pattern: node.pattern } : {}) };
    return { anyOf: [{ type: 'integer' }, text] };
  }
  const { properties, items, additionalProperties } = node;
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, jsonSchema(field)]);
  const isClosed = properties && !node['x-kubernetes-preserve-unknown-fields'];
  return {
    ...Object.fromEntries(shared.flatMap((name) => (node[name] === undefined ? [] : [[name, node[name]]]))),
    ...(properties ? { properties: Object.fromEntries(fields) } : {}),
    ...(isClosed ? { additionalProperties: false } : {}),
    ...(items ? { items: jsonSchema(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: jsonSchema(additionalProperties) } : {}),
  };
}
