import { type JsonSchema, mapInner } from './json-schema.ts';

/** What schemas say, whatever is told of them (`description`, `default`) where they stand. */
export interface SchemaContent {
  /** The same number for the same content. */
  readonly id: number;
  /** Characters of the whole as compact JSON, or nearly so. */
  readonly length: number;
}

/** Numbers for the contents of schemas. Each schema is looked at once, so it must not change afterwards. */
export function internSchemas(): (schema: JsonSchema) => SchemaContent {
  const ids = new Map<string, number>();
  const known = new WeakMap<JsonSchema, SchemaContent & { readonly wholeId: number }>();

  function idOf(text: string): number {
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  }

  function intern(schema: JsonSchema): SchemaContent & { readonly wholeId: number } {
    const made = known.get(schema);
    if (made) return made;
    let length = 0;
    const { description, default: value, ...rest } = schema;
    const content = mapInner(rest, (inner) => {
      const { wholeId, length: below } = intern(inner);
      length += below + (inner.description?.length ?? 0);
      return { $ref: String(wholeId) };
    });
    const text = JSON.stringify(content);
    const id = idOf(text);
    const result = { id, length: length + text.length, wholeId: idOf(JSON.stringify([id, description, value])) };
    known.set(schema, result);
    return result;
  }

  return intern;
}
