import type { StructuralSchema } from '@serval/kube/schema';
import type { PodParts } from '../../schema/pod-parts.ts';

/** One schema on its way into a CRD, and what was decided of it. */
export interface PlanNode extends PlanParts {
  readonly schema: StructuralSchema;
  /** The definition whose field the schema is, if it is one. */
  readonly owner?: string;
  /** The definition whose fields the node has, if it has no others: such a node may be kept open. */
  readonly definition?: string;
  /** Keys of the list that the node is the item of: they stay, as API servers demand. */
  readonly keys: readonly string[];
  isOpen: boolean;
  /** Whether its description is left out. */
  isSilent: boolean;
}

/** What is directly below a node; nothing while it is open. */
export interface PlanParts {
  fields?: ReadonlyMap<string, PlanNode>;
  items?: PlanNode;
  values?: PlanNode;
}

export interface Planner {
  /** The smallest plan of a schema: open and silent wherever that is allowed. */
  plan(schema: StructuralSchema): PlanNode;
  /** What is below a node when it is spelled out, in the smallest form. */
  partsOf(schema: StructuralSchema): PlanParts;
}

/** @param mayOpen  Whether parts of Pods may be kept open; otherwise only their descriptions may go. */
export function createPlanner({ ownerOf }: Pick<PodParts, 'ownerOf'>, mayOpen: boolean): Planner {
  function plan(schema: StructuralSchema, keys: readonly string[] = [], owner?: string): PlanNode {
    const definition = definitionOf(schema);
    const isOpen = mayOpen && definition !== undefined;
    return {
      schema,
      keys,
      ...(owner !== undefined ? { owner } : {}),
      ...(definition !== undefined ? { definition } : {}),
      isOpen,
      isSilent: owner !== undefined && schema.description !== undefined,
      ...(isOpen ? {} : partsOf(schema)),
    };
  }

  function partsOf({ properties, items, additionalProperties, ...schema }: StructuralSchema): PlanParts {
    const parts: PlanParts = {};
    const fields = Object.entries(properties ?? {});
    if (fields.length > 0) {
      parts.fields = new Map(fields.map(([name, field]) => [name, plan(field, [], ownerOf(field))]));
    }
    if (items) parts.items = plan(items, schema['x-kubernetes-list-map-keys']);
    if (typeof additionalProperties === 'object') parts.values = plan(additionalProperties);
    return parts;
  }

  function definitionOf({ properties }: StructuralSchema): string | undefined {
    const fields = Object.values(properties ?? {});
    const [first] = fields;
    const owner = first && ownerOf(first);
    return owner !== undefined && fields.every((field) => ownerOf(field) === owner) ? owner : undefined;
  }

  return { plan, partsOf };
}

/** Written in the description of whatever is kept open. */
export function openRemark(definition: string): string {
  return `Kept open for size: see ${definition} of Kubernetes.`;
}

/** The schema that was decided on, as a plain copy. */
export function schemaOf(node: PlanNode): StructuralSchema {
  const { description, properties, items, additionalProperties, required, ...rest } = node.schema;
  const said = describe(node, description);
  if (node.isOpen) {
    return { ...(said ? { description: said } : {}), ...rest, ...openFields(node) };
  }
  return {
    ...(said ? { description: said } : {}),
    ...rest,
    ...(node.values ? { additionalProperties: schemaOf(node.values) } : {}),
    ...(additionalProperties !== undefined && !node.values ? { additionalProperties } : {}),
    ...(node.items ? { items: schemaOf(node.items) } : {}),
    ...(required && required.length > 0 ? { required: [...required] } : {}),
    ...(node.fields
      ? { properties: Object.fromEntries([...node.fields].map(([name, field]) => [name, schemaOf(field)])) }
      : properties
        ? { properties: {} }
        : {}),
  };
}

function describe(node: PlanNode, description: string | undefined): string | undefined {
  const own = node.isSilent ? undefined : description;
  if (!node.isOpen || !node.definition) return own;
  return own ? `${own} ${openRemark(node.definition)}` : openRemark(node.definition);
}

/** What an open node still says of its fields: the keys of its list. */
function openFields({ schema, keys }: PlanNode): StructuralSchema {
  const required = keys.filter((key) => schema.required?.includes(key));
  return {
    'x-kubernetes-preserve-unknown-fields': true,
    ...(required.length > 0 ? { required } : {}),
    ...(keys.length > 0
      ? {
          properties: Object.fromEntries(
            keys.map((key) => {
              const { description: _, ...field } = schema.properties?.[key] ?? { type: 'string' as const };
              return [key, field];
            }),
          ),
        }
      : {}),
  };
}
