import type { Json } from '../objects/meta.ts';
import type { BuiltinTable, FieldExtras, FieldRow } from './builtin-table.ts';
import { builtinKindsJson } from './generated/builtin-kinds.ts';
import type { StructuralSchema } from './structural.ts';

export interface BuiltinKind {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  namespaced: boolean;
  /** Name of its definition, for `builtinDefinition`. */
  definition: string;
}

/** The table parses once, when first asked for; afterwards it and the schemas made from it never change. */
const loaded: { table?: BuiltinTable; kinds?: Map<string, BuiltinKind> } = {};
const schemas = new Map<string, StructuralSchema>();

export function builtinTable(): BuiltinTable {
  loaded.table ??= JSON.parse(builtinKindsJson) as BuiltinTable;
  return loaded.table;
}

function kindsByKey(): Map<string, BuiltinKind> {
  loaded.kinds ??= new Map(
    builtinTable().kinds.map(([group, version, kind, definition, namespaced]) => [
      `${group}/${version}/${kind}`,
      { group, version, kind, definition, namespaced: namespaced === 1 },
    ]),
  );
  return loaded.kinds;
}

/** Every kind of the table: those that are stored, and those that only travel (reviews, Scale, DeleteOptions). */
export function builtinKinds(): BuiltinKind[] {
  return [...kindsByKey().values()];
}

export function builtinKind(group: string, version: string, kind: string): BuiltinKind | undefined {
  return kindsByKey().get(`${group}/${version}/${kind}`);
}

/**
 * The schema of a built-in kind, merge keys and list types included. Shared: never change it. Schemas may be cyclic (a JSON
 * schema holds JSON schemas), so it cannot be written as JSON; `builtinOpenApi` can.
 */
export function builtinSchema(group: string, version: string, kind: string): StructuralSchema | undefined {
  const found = builtinKind(group, version, kind);
  return found && builtinDefinition(found.definition);
}

/** The schema of one definition, such as `core/v1.PodSpec`; undefined for an unknown name. Shared: never change it. */
export function builtinDefinition(name: string): StructuralSchema | undefined {
  const known = schemas.get(name);
  if (known !== undefined) return known;
  const row = builtinTable().definitions[name];
  if (row === undefined) return undefined;
  if (row.a !== undefined) {
    const list = typeSchema(row.a, reference);
    schemas.set(name, list);
    return list;
  }
  // Registered before its fields are filled in, because definitions may contain themselves.
  const schema: StructuralSchema = { type: 'object', properties: {}, required: [] };
  if (row.M) schema['x-kubernetes-map-type'] = 'atomic';
  schemas.set(name, schema);
  addFields(name, schema, reference);
  return schema;
}

function reference(name: string): StructuralSchema {
  const schema = builtinDefinition(name);
  if (schema === undefined) throw new Error(`the table of built-in kinds has no definition ${name}`);
  return schema;
}

type Refer = (name: string) => StructuralSchema;

function addFields(name: string, schema: StructuralSchema, refer: Refer): void {
  const row = builtinTable().definitions[name];
  const properties = schema.properties as Record<string, StructuralSchema>;
  if (row?.k) {
    properties['apiVersion'] = { type: 'string' };
    properties['kind'] = { type: 'string' };
  }
  for (const [field, entry] of Object.entries(row?.f ?? {})) {
    properties[field] = fieldSchema(entry, refer);
    if (entry[2]?.r) schema.required?.push(field);
  }
  for (const [inlined] of row?.i ?? []) addFields(inlined, schema, refer);
}

function fieldSchema([type, , extras]: FieldRow, refer: Refer): StructuralSchema {
  const schema = typeSchema(type, refer);
  if (extras === undefined) return schema;
  const additions = extraKeywords(extras, schema);
  return Object.keys(additions).length === 0 ? schema : { ...schema, ...additions };
}

function extraKeywords(extras: FieldExtras, schema: StructuralSchema): Partial<StructuralSchema> {
  const { p, m, L, K, M, d, e } = extras;
  return {
    ...(p ? { 'x-kubernetes-patch-strategy': p } : {}),
    ...(m ? { 'x-kubernetes-patch-merge-key': m } : {}),
    ...(L ? { 'x-kubernetes-list-type': L } : {}),
    ...(K ? { 'x-kubernetes-list-map-keys': K } : {}),
    ...(M ? { 'x-kubernetes-map-type': 'atomic' as const } : {}),
    ...(d !== undefined ? { default: d as Json } : {}),
    ...(e ? (schema.type === 'array' ? { items: { ...schema.items, enum: e } } : { enum: e }) : {}),
  };
}

const simple: Record<string, StructuralSchema> = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  f: { type: 'number', format: 'double' },
  y: { type: 'string', format: 'byte' },
  T: { type: 'string', format: 'date-time' },
  U: { type: 'string', format: 'date-time' },
  D: { type: 'string' },
  Q: { 'x-kubernetes-int-or-string': true, format: 'quantity' },
  X: { 'x-kubernetes-int-or-string': true },
  // One value to server-side apply, whatever is inside.
  R: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' },
  F: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' },
  J: { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic', nullable: true },
  V: { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' },
};

function typeSchema(type: string, refer: Refer): StructuralSchema {
  if (type.startsWith('[]')) return { type: 'array', items: typeSchema(type.slice(2), refer) };
  if (type.startsWith('{}')) return { type: 'object', additionalProperties: typeSchema(type.slice(2), refer) };
  return simple[type.startsWith('*') ? type.slice(1) : type] ?? refer(type);
}

const openApiPackages: Record<string, string> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** `core/v1.Pod` as OpenAPI documents name it: `io.k8s.api.core.v1.Pod`. */
export function openApiName(definition: string): string {
  const [group = '', rest = ''] = definition.split('/');
  return `${openApiPackages[group] ?? `io.k8s.api.${group}`}.${rest}`;
}

/**
 * The definitions that `names` need, themselves included, as OpenAPI schemas that refer to each other. Free of cycles.
 *
 * @param refPrefix `#/components/schemas/` for OpenAPI v3, `#/definitions/` for v2.
 */
export function builtinOpenApi(names: Iterable<string>, refPrefix: string): Record<string, StructuralSchema> {
  const result: Record<string, StructuralSchema> = {};
  const open = [...names];
  // $ref is no keyword of a structural schema: only these documents have it.
  const refer = (name: string): StructuralSchema => {
    open.push(name);
    return { $ref: refPrefix + openApiName(name) } as StructuralSchema;
  };
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const key = openApiName(name);
    const row = builtinTable().definitions[name];
    if (Object.hasOwn(result, key) || row === undefined) continue;
    if (row.a !== undefined) {
      result[key] = typeSchema(row.a, refer);
      continue;
    }
    const schema: StructuralSchema = { type: 'object', properties: {}, required: [] };
    if (row.M) schema['x-kubernetes-map-type'] = 'atomic';
    result[key] = schema;
    addFields(name, schema, refer);
    if (schema.required?.length === 0) delete schema.required;
  }
  return result;
}
