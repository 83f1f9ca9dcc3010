import type { StructuralSchema } from '@serval/kube/schema';

/** Keywords of built-in kinds that a CustomResourceDefinition may not have. */
const builtinOnly: ReadonlySet<string> = new Set(['x-kubernetes-patch-merge-key', 'x-kubernetes-patch-strategy']);

/**
 * A copy of a built-in schema for use in a CRD, in which objects more than `depth` below keep whatever is in them. Items of
 * lists that are told apart by keys keep these keys, as the API server demands.
 */
export function truncateSchema(schema: StructuralSchema, depth: number): StructuralSchema {
  const copy: StructuralSchema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (builtinOnly.has(keyword) || keyword === 'properties' || keyword === 'items' || keyword === 'required') continue;
    // A quantity is a number or a text; API servers know no format of that name.
    if (keyword === 'format' && value === 'quantity') continue;
    Object.assign(copy, { [keyword]: value });
  }
  if (typeof schema.additionalProperties === 'object') {
    copy.additionalProperties = truncateSchema(schema.additionalProperties, depth);
  }
  if (schema.items) copy.items = itemsOf(schema, schema.items, depth);
  if (!schema.properties || Object.keys(schema.properties).length === 0) return copy;
  if (depth < 0) return { ...copy, 'x-kubernetes-preserve-unknown-fields': true };
  copy.properties = Object.fromEntries(
    Object.entries(schema.properties).map(([field, child]) => [field, truncateSchema(child, depth - 1)]),
  );
  if (schema.required?.length) copy.required = [...schema.required];
  return copy;
}

function itemsOf(list: StructuralSchema, items: StructuralSchema, depth: number): StructuralSchema {
  const copy = truncateSchema(items, depth);
  const keys = list['x-kubernetes-list-map-keys'] ?? [];
  if (copy.properties || keys.length === 0) return copy;
  const required = keys.filter((key) => items.required?.includes(key));
  return {
    ...copy,
    properties: Object.fromEntries(
      keys.map((key) => [key, truncateSchema(items.properties?.[key] ?? { type: 'string' }, 0)]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}
