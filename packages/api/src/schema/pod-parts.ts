import { builtinOpenApi, openApiName, type StructuralSchema } from '@serval/kube/schema';
import { descriptionOf } from './pod-descriptions/index.ts';
import { podExceptions } from './pod-exceptions.ts';
import { intOrStringSchema, quantitySchema } from './quantity-schema.ts';

/** What the schemas are for. */
export type PodPartsPurpose =
  /** CustomResourceDefinitions: as KServe's released ones, with descriptions. Values of enums are told, not enforced. */
  | 'definitions'
  /** Checking objects: enums are enforced, nothing is said twice, no descriptions. Nodes are shared, so that each is prepared once. */
  | 'checks';

export interface PodParts {
  /** A definition of the table, such as `core/v1.PodSpec`, ready for a CRD. Shared: never change it. Throws for an unknown name. */
  definition(name: string): StructuralSchema;
  /** The definition that a field's schema was made for, such as `core/v1.Container` for that of `image`. */
  ownerOf(field: StructuralSchema): string | undefined;
}

/** Keywords of built-in kinds that a CustomResourceDefinition may not have. */
const builtinOnly: ReadonlySet<string> = new Set(['x-kubernetes-patch-merge-key', 'x-kubernetes-patch-strategy']);
const refPrefix = '#/';

/** Makes structural schemas from the table of built-in kinds, each definition once. */
export function createPodParts(purpose: PodPartsPurpose): PodParts {
  const made = new Map<string, StructuralSchema>();
  const owners = new WeakMap<StructuralSchema, string>();
  const inProgress: string[] = [];
  let cuts = 0;

  /** `table`: the definitions that a request needs, by their OpenAPI names. */
  function expand(key: string, table: Record<string, StructuralSchema>): StructuralSchema {
    const known = made.get(key);
    if (known) return known;
    const source = table[key] as StructuralSchema;
    if (inProgress.includes(key)) {
      // A definition inside itself (JSON schemas) would have no end.
      cuts += 1;
      return { type: source.type ?? 'object', 'x-kubernetes-preserve-unknown-fields': true };
    }
    const cutsBefore = cuts;
    inProgress.push(key);
    const kind = key.slice(key.lastIndexOf('.') + 1);
    const expanded = node(source, table, kind);
    const schema = podExceptions[kind]?.(expanded) ?? expanded;
    inProgress.pop();
    if (cuts === cutsBefore || inProgress.length === 0) made.set(key, schema);
    return schema;
  }

  function node(source: StructuralSchema, table: Record<string, StructuralSchema>, owner?: string): StructuralSchema {
    if (source['x-kubernetes-int-or-string']) {
      const scalar = source.format === 'quantity' ? quantitySchema(purpose) : intOrStringSchema(purpose);
      return source.default === undefined ? scalar : { ...scalar, default: source.default };
    }
    const { $ref } = source as { $ref?: string };
    const copy: StructuralSchema = $ref ? { ...expand($ref.slice(refPrefix.length), table) } : {};
    for (const [keyword, value] of Object.entries(source)) {
      if (builtinOnly.has(keyword) || keyword === '$ref') continue;
      if (keyword === 'required' && source.required?.length === 0) continue;
      Object.assign(copy, { [keyword]: value });
    }
    if (source.enum) {
      // An empty text is no value to built-in kinds.
      if (purpose === 'checks') copy.enum = [...source.enum, ''];
      else delete copy.enum;
    }
    if (typeof source.additionalProperties === 'object') {
      copy.additionalProperties = node(source.additionalProperties, table);
    }
    if (source.items) copy.items = withKeys(copy, node(source.items, table), owners);
    if (source.properties && owner) copy.properties = fields(source.properties, table, owner);
    return copy;
  }

  function fields(
    source: Readonly<Record<string, StructuralSchema>>,
    table: Record<string, StructuralSchema>,
    owner: string,
  ): Record<string, StructuralSchema> {
    const result: Record<string, StructuralSchema> = {};
    for (const [field, schema] of Object.entries(source)) {
      const made = node(schema, table);
      const description = purpose === 'definitions' ? descriptionOf(owner, field) : undefined;
      // A node of its own for each field, as a description is about the field; checks share what is equal.
      const own = purpose === 'definitions' ? { ...made, ...(description ? { description } : {}) } : made;
      if (purpose === 'definitions') owners.set(own, owner);
      result[field] = own;
    }
    return result;
  }

  return {
    ownerOf: (field) => owners.get(field),
    definition(name) {
      const key = openApiName(name);
      const known = made.get(key);
      if (known) return known;
      const table = builtinOpenApi([name], refPrefix);
      if (!table[key]) throw new Error(`the table of built-in kinds has no ${name}`);
      return expand(key, table);
    },
  };
}

/**
 * Items whose keys can all be told: API servers take a key of a list only if it is required or has a default, and built-in
 * kinds leave some optional.
 */
function withKeys(
  list: StructuralSchema,
  items: StructuralSchema,
  owners: WeakMap<StructuralSchema, string>,
): StructuralSchema {
  const keys = list['x-kubernetes-list-map-keys'] ?? [];
  const open = keys.filter((key) => !items.required?.includes(key) && items.properties?.[key]?.default === undefined);
  if (open.length === 0) return items;
  const properties = { ...items.properties };
  for (const key of open) {
    const field = properties[key] ?? { type: 'string' };
    const withDefault: StructuralSchema = { ...field, default: '' };
    const owner = owners.get(field);
    if (owner !== undefined) owners.set(withDefault, owner);
    properties[key] = withDefault;
  }
  return { ...items, properties };
}
