import type { StructuralSchema } from '@serval/kube/schema';

/** Texts by field: `path.type`. Lists add no step: `matches.path` is the path of each match. */
export type FieldTexts = Readonly<Record<string, string>>;

/**
 * The schema with descriptions of the fields below it, as a new one.
 *
 * @throws Error where a text is of no field.
 */
export function describeFields(schema: StructuralSchema, texts: FieldTexts): StructuralSchema {
  return Object.entries(texts).reduce((result, [path, text]) => describe(result, path.split('.'), path, text), schema);
}

function describe(schema: StructuralSchema, [name, ...rest]: string[], path: string, text: string): StructuralSchema {
  if (name === undefined) return { ...schema, description: text };
  if (schema.items) return { ...schema, items: describe(schema.items, [name, ...rest], path, text) };
  const field = schema.properties?.[name];
  if (!field) throw new Error(`no field ${path} to describe`);
  return { ...schema, properties: { ...schema.properties, [name]: describe(field, rest, path, text) } };
}
