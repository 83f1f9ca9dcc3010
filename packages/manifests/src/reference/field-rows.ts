import type { StructuralSchema } from '@serval/kube/schema';

/** One field of a kind, as its page tells it. */
export interface FieldRow {
  /** From the object: `spec.predictor.containers[]`. */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly default?: string;
  readonly description: string;
  /** What a value must be beyond its type: bounds, choices, patterns. */
  readonly constraints: readonly string[];
  /** CEL rules of the field. */
  readonly rules: readonly string[];
}

/** Which definition of Kubernetes a field belongs to, such as `core/v1.Container`; undefined for fields of the kind's own. */
export type OwnerOf = (field: StructuralSchema) => string | undefined;

/** A branch with fewer fields is told again wherever it stands. */
const smallestRepeated = 3;
/** More fields of Kubernetes at one place are nearly all that the definition has: they are not listed by name. */
const mostListed = 16;

/**
 * The fields of a schema, depth first. Fields that Kubernetes defines are told by name only, on the row of the object that has them, and a
 * branch that stood before is told once.
 */
export function fieldRows(schema: StructuralSchema, ownerOf: OwnerOf): FieldRow[] {
  const rows: FieldRow[] = [];
  const seen = new Map<string, string>();

  function visit(node: StructuralSchema, path: string): void {
    const fields = Object.entries(node.properties ?? {});
    for (const [name, field] of fields) {
      if (ownerOf(field) !== undefined || (path === '' && isCommon(name))) continue;
      const at = path === '' ? name : `${path}.${name}`;
      const { inner, suffix } = innermost(field);
      const branch = branchKey(inner);
      const earlier = branch === undefined ? undefined : seen.get(branch);
      rows.push(rowOf(at, field, node.required?.includes(name) ?? false, borrowed(inner, ownerOf, earlier)));
      if (earlier !== undefined) continue;
      if (branch !== undefined) seen.set(branch, at);
      visit(inner, `${at}${suffix}`);
    }
  }

  visit(schema, '');
  return rows;
}

function isCommon(name: string): boolean {
  return name === 'apiVersion' || name === 'kind' || name === 'metadata';
}

/** The schema of items and values, however deep, and how their path goes on. */
function innermost(field: StructuralSchema): { inner: StructuralSchema; suffix: string } {
  let inner = field;
  let suffix = '';
  for (;;) {
    if (inner.items) [inner, suffix] = [inner.items, `${suffix}[]`];
    else if (typeof inner.additionalProperties === 'object')
      [inner, suffix] = [inner.additionalProperties, `${suffix}.*`];
    else return { inner, suffix };
  }
}

/** The same for equal branches, whatever is said of them; undefined for small ones. */
function branchKey({ properties, required }: StructuralSchema): string | undefined {
  if (Object.keys(properties ?? {}).length < smallestRepeated) return undefined;
  return JSON.stringify({ properties, required });
}

/** Fields that are told elsewhere. */
function borrowed(node: StructuralSchema, ownerOf: OwnerOf, earlier: string | undefined): string {
  if (earlier !== undefined) return `Fields as in \`${earlier}\`.`;
  const names = Object.keys(node.properties ?? {});
  const byOwner = Map.groupBy(names, (name) => ownerOf(node.properties?.[name] ?? {}));
  return [...byOwner]
    .flatMap(([owner, fields]) => {
      if (owner === undefined) return [];
      const listed = fields.length > mostListed ? '' : `: ${fields.map((name) => `\`${name}\``).join(', ')}`;
      return [`${fields.length < names.length ? 'And fields' : 'Fields'} of ${shortName(owner)}${listed}.`];
    })
    .join(' ');
}

function shortName(definition: string): string {
  return definition.slice(definition.lastIndexOf('.') + 1);
}

function rowOf(path: string, field: StructuralSchema, isRequired: boolean, more: string): FieldRow {
  return {
    path,
    type: typeOf(field),
    isRequired,
    ...(field.default === undefined ? {} : { default: JSON.stringify(field.default) }),
    description: [field.description ?? '', more].filter((text) => text !== '').join(' '),
    constraints: constraintsOf(field),
    rules: (field['x-kubernetes-validations'] ?? []).map(({ rule, message }) =>
      message ? `${message}: \`${rule}\`` : `\`${rule}\``,
    ),
  };
}

function typeOf(field: StructuralSchema): string {
  if (field['x-kubernetes-int-or-string'] || field.anyOf?.every(({ type }) => type !== undefined))
    return 'number or text';
  if (field.items) return `list of ${typeOf(field.items)}`;
  if (typeof field.additionalProperties === 'object') return `map of ${typeOf(field.additionalProperties)}`;
  const type = field.type ?? 'any';
  return type === 'object' && !field.properties ? 'any object' : type;
}

const bounds: readonly (readonly [keyof StructuralSchema, string])[] = [
  ['minimum', 'at least'],
  ['maximum', 'at most'],
  ['minLength', 'length at least'],
  ['maxLength', 'length at most'],
  ['minItems', 'items at least'],
  ['maxItems', 'items at most'],
  ['pattern', 'matches'],
  ['format', 'format'],
];

function constraintsOf(field: StructuralSchema): string[] {
  const found = bounds.flatMap(([keyword, words]) => {
    const value = field[keyword];
    return value === undefined ? [] : [`${words} \`${String(value)}\``];
  });
  const keys = field['x-kubernetes-list-map-keys'];
  return [
    ...(field.enum ? [`one of ${field.enum.map((value) => `\`${String(value)}\``).join(', ')}`] : []),
    ...found,
    ...(keys ? [`one item per ${keys.join(', ')}`] : []),
  ];
}
