import { internSchemas } from './intern-schemas.ts';
import { type JsonSchema, mapInner } from './json-schema.ts';

/** What is shorter costs less where it stands than a reference and a name do. */
const smallestShared = 160;

export interface SharedSchemas {
  readonly roots: Record<string, JsonSchema>;
  readonly definitions: Record<string, JsonSchema>;
}

/**
 * The schemas with what is repeated in them put into `definitions` once, and referred to: Pods stand in many places of a kind. What is told
 * at a place (`description`, `default`) stays there beside the reference, where validators do not look and editors do.
 * @param nameOf the name for a schema that is shared; the field that it first stands in gives it one otherwise
 */
export function shareDefinitions(
  roots: Readonly<Record<string, JsonSchema>>,
  nameOf: (schema: JsonSchema) => string | undefined,
): SharedSchemas {
  const contentOf = internSchemas();
  /** By content: the first schema that has it, and how many different places it stands in. */
  const found = new Map<number, { schema: JsonSchema; name: string; places: number }>();

  function visit(schema: JsonSchema, place: string): void {
    const { id } = contentOf(schema);
    const known = found.get(id);
    if (known) {
      // What is inside of it stands in this one place of its own, however often the whole is repeated.
      known.places += 1;
      return;
    }
    found.set(id, { schema, name: nameOf(schema) ?? pascalCase(place), places: 1 });
    mapInner(schema, (inner, name) => {
      visit(inner, name === 'item' || name === 'value' ? `${place}-${name}` : name);
      return inner;
    });
  }

  for (const [name, root] of Object.entries(roots)) visit(root, name);
  const repeated = [...found].filter(
    ([, { schema, places }]) => places > 1 && contentOf(schema).length >= smallestShared,
  );
  const names = new Map<number, string>();
  const taken = new Set<string>();
  for (const [id, { name }] of repeated) {
    let own = name;
    for (let n = 2; taken.has(own); n += 1) own = `${name}${n}`;
    taken.add(own);
    names.set(id, own);
  }

  const replace = (schema: JsonSchema): JsonSchema => {
    const name = names.get(contentOf(schema).id);
    if (name === undefined) return mapInner(schema, replace);
    const { description, default: value } = schema;
    return {
      ...(description ? { description } : {}),
      ...(value === undefined ? {} : { default: value }),
      $ref: `#/definitions/${name}`,
    };
  };
  const definitions = repeated.map(([id, { schema }]): [string, JsonSchema] => {
    const { description: _text, default: _value, ...content } = schema;
    return [names.get(id) ?? '', mapInner(content, replace)];
  });
  return {
    roots: Object.fromEntries(Object.entries(roots).map(([name, root]) => [name, mapInner(root, replace)])),
    definitions: Object.fromEntries(definitions.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** `container-item` as `ContainerItem`. */
function pascalCase(text: string): string {
  return text.replaceAll(/(?:^|[^A-Za-z0-9_]+)([a-z0-9]?)/gi, (_, letter: string) => letter.toUpperCase());
}
