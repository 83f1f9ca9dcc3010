import type { Json } from '../objects/meta.ts';
import { objectMetaSchema } from './object-meta.ts';
import type { StructuralSchema } from './structural.ts';
import { type NodeChecks, prepareChecks } from './value-checks.ts';

/**
 * One node of a schema, prepared for walking over many values: fields are found in maps, and what is below is prepared when it is first
 * met, as schemas may be cyclic. Schemas never change once they were walked.
 */
export class SchemaNode {
  readonly schema: StructuralSchema;
  readonly type: StructuralSchema['type'];
  readonly keepsUnknown: boolean;
  readonly isEmbedded: boolean;
  readonly isIntOrString: boolean;
  readonly hasJunctors: boolean;
  /** Fields that have a default, and what replaces a null where the schema does not take it. */
  readonly defaults: readonly (readonly [name: string, value: Json])[];
  readonly #fields = new Map<string, SchemaNode>();
  #checks: NodeChecks | undefined;
  #items: SchemaNode | undefined;
  #values: SchemaNode | undefined;

  constructor(schema: StructuralSchema) {
    this.schema = schema;
    this.type = schema.type;
    this.keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
    this.isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
    this.isIntOrString = schema['x-kubernetes-int-or-string'] === true;
    this.hasJunctors = Boolean(schema.allOf || schema.anyOf || schema.oneOf || schema.not);
    this.defaults = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      field.default === undefined ? [] : [[name, field.default] as const],
    );
  }

  /** @throws SyntaxError for a `pattern` that does not compile; `checkStructural` finds those first. */
  get checks(): NodeChecks {
    this.#checks ??= prepareChecks(this.schema);
    return this.#checks;
  }

  get items(): SchemaNode | undefined {
    const { items } = this.schema;
    if (items !== undefined) this.#items ??= nodeOf(items);
    return this.#items;
  }

  /** What is known of a field; `isResource` objects have `apiVersion`, `kind` and `metadata` whatever their schema says. */
  field(name: string, isResource: boolean): SchemaNode | undefined {
    if (isResource) {
      const own = resourceNodes.get(name);
      if (own !== undefined) return own;
    }
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const { properties, additionalProperties } = this.schema;
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      const node = nodeOf(properties[name] as StructuralSchema);
      this.#fields.set(name, node);
      return node;
    }
    if (typeof additionalProperties !== 'object') return undefined;
    this.#values ??= nodeOf(additionalProperties);
    return this.#values;
  }
}

const nodes = new WeakMap<StructuralSchema, SchemaNode>();

/** The node of a schema: always the same for the same schema. */
export function nodeOf(schema: StructuralSchema): SchemaNode {
  const known = nodes.get(schema);
  if (known !== undefined) return known;
  const node = new SchemaNode(schema);
  nodes.set(schema, node);
  return node;
}

const text: StructuralSchema = { type: 'string' };

export const metadataNode: SchemaNode = nodeOf(objectMetaSchema);
const resourceNodes: ReadonlyMap<string, SchemaNode> = new Map([
  ['apiVersion', nodeOf(text)],
  ['kind', nodeOf(text)],
  ['metadata', metadataNode],
]);
