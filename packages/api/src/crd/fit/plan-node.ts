import type { StructuralSchema } from '@serval/kube/schema';
import type { PodParts } from '../../schema/pod-parts.ts';

/** One schema on its way into a CRD, and what was decided of it. */
export interface PlanNode extends PlanParts {
  readonly schema: StructuralSchema;
  /** The definition whose field the schema is, if it is one. */
  readonly owner?: string;
  /** The definition whose fields are among the node's: these may be left out, which keeps the node open. */
  readonly definition?: string;
  /** Whether the node has fields of its own as well: they stay. */
  readonly isMixed: boolean;
  /** Keys of the list that the node is the item of: they stay, as API servers demand. */
  readonly keys: readonly string[];
  isOpen: boolean;
  /** Whether its description is left out. */
  isSilent: boolean;
}

/** What is directly below a node; while it is open, only what is not a Pod's. */
interface PlanParts {
  fields?: ReadonlyMap<string, PlanNode>;
  items?: PlanNode;
  values?: PlanNode;
}

export interface Planner {
  /** The smallest plan of a schema: open and silent wherever that is allowed. */
  plan(schema: StructuralSchema): PlanNode;
  /** What is below a node when it is spelled out, each in the smallest form. */
  partsOf(node: Pick<PlanNode, 'schema' | 'fields'>): PlanParts;
}

/** @param mayOpen  Whether parts of Pods may be kept open; otherwise only their descriptions may go. */
export function createPlanner({ ownerOf }: Pick<PodParts, 'ownerOf'>, mayOpen: boolean): Planner {
  function plan(schema: StructuralSchema, keys: readonly string[] = [], owner?: string): PlanNode {
    const names = Object.keys(schema.properties ?? {});
    const owned = names.filter((name) => ownerOfField(schema, name) !== undefined);
    const definition = owned[0] === undefined ? undefined : ownerOfField(schema, owned[0]);
    const isOpen = mayOpen && definition !== undefined;
    const node = {
      schema,
      keys,
      ...(owner !== undefined ? { owner } : {}),
      ...(definition !== undefined ? { definition } : {}),
      isMixed: owned.length < names.length,
      isOpen,
      isSilent: owner !== undefined && schema.description !== undefined,
    };
    return Object.assign(node, isOpen ? { fields: fieldsOf(schema, (name) => !owned.includes(name)) } : partsOf(node));
  }

  function partsOf({ schema, fields: planned }: Pick<PlanNode, 'schema' | 'fields'>): PlanParts {
    const parts: PlanParts = {};
    const { properties, items, additionalProperties } = schema;
    if (properties) parts.fields = fieldsOf(schema, () => true, planned);
    if (items) parts.items = plan(items, schema['x-kubernetes-list-map-keys']);
    if (typeof additionalProperties === 'object') parts.values = plan(additionalProperties);
    return parts;
  }

  /** Plans of the wanted fields, in the order of the schema; of those that are planned already, these plans. */
  function fieldsOf(
    schema: StructuralSchema,
    isWanted: (name: string) => boolean,
    planned?: ReadonlyMap<string, PlanNode>,
  ): ReadonlyMap<string, PlanNode> {
    const wanted = Object.entries(schema.properties ?? {}).filter(([name]) => isWanted(name));
    return new Map(
      wanted.map(([name, field]) => [name, planned?.get(name) ?? plan(field, [], ownerOfField(schema, name))]),
    );
  }

  function ownerOfField({ properties }: StructuralSchema, name: string): string | undefined {
    const field = properties?.[name];
    return field && ownerOf(field);
  }

  return { plan, partsOf };
}

/** The schema that was decided on, as a plain copy. */
export function schemaOf(node: PlanNode): StructuralSchema {
  const { description, properties, items: _, additionalProperties, ...rest } = node.schema;
  const said = describe(node, description);
  const fields = [
    ...keysOf(node),
    ...[...(node.fields ?? [])].map(([name, field]) => [name, schemaOf(field)] as const),
  ];
  return {
    ...(said ? { description: said } : {}),
    ...rest,
    ...(additionalProperties !== undefined ? { additionalProperties } : {}),
    ...(node.values ? { additionalProperties: schemaOf(node.values) } : {}),
    ...(node.items ? { items: schemaOf(node.items) } : {}),
    ...(node.isOpen ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(fields.length > 0 || (properties && !node.isOpen) ? { properties: Object.fromEntries(fields) } : {}),
  };
}

function describe(node: PlanNode, description: string | undefined): string | undefined {
  const own = node.isSilent ? undefined : description;
  if (!node.isOpen || !node.definition) return own;
  return own ? `${own} ${openRemark(node)}` : openRemark(node);
}

/** Written in the description of whatever is kept open. */
function openRemark({ definition, isMixed }: PlanNode): string {
  return `${isMixed ? 'Otherwise kept' : 'Kept'} open for size: see ${definition} of Kubernetes.`;
}

/** What an open node still says of its Pod fields: the keys of its list. */
function keysOf({ schema, keys, isOpen, fields }: PlanNode): (readonly [string, StructuralSchema])[] {
  if (!isOpen) return [];
  return keys.flatMap((key) => {
    if (fields?.has(key)) return [];
    const { description: _, ...field } = schema.properties?.[key] ?? { type: 'string' as const };
    return [[key, field] as const];
  });
}
