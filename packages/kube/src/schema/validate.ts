import { deepEqual } from '../objects/deep-equal.ts';
import type { Json, JsonObject } from '../objects/meta.ts';
import { fieldErrors, fieldPath } from './field-error.ts';
import { listKeyOf } from './list-keys.ts';
import { nodeOf, type SchemaNode } from './schema-node.ts';
import type { FieldError, StructuralSchema } from './structural.ts';
import type { Findings } from './value-checks.ts';
import { pathText } from './value-path.ts';

export interface ValidateOptions {
  /**
   * The stored object that `value` replaces. What did not change is not blamed (ratcheting): errors of an unchanged field,
   * of an item of a map-like list that is unchanged under the same keys, and of an unchanged list are left out.
   */
  old?: object;
  /**
   * The schema is that of a built-in kind, which upstream checks by code and not by schema: repeated keys in lists (`env`), an empty
   * string for an enum (the same as no value), and absent fields in `status` pass. Default false.
   */
  builtIn?: boolean;
  /** `value` is a whole object: apiVersion, kind and metadata are checked too. Default true. */
  isResource?: boolean;
  /** More findings are not collected. Default 100. */
  maxErrors?: number;
}

interface Walk extends Findings {
  readonly path: (string | number)[];
  readonly builtIn: boolean;
  /** Whether absent required fields are reported. */
  readonly requireFields: boolean;
  readonly ratchet: boolean;
  readonly maxErrors: number;
}

/**
 * Everything that is wrong with a value, in the order of its fields; empty when it is valid. Prune and default first: unknown
 * fields are not reported, nulls are. Messages are `field.Error` bodies of the API machinery.
 */
export function validateSchema(schema: StructuralSchema, value: object, options: ValidateOptions = {}): FieldError[] {
  const { old, builtIn = false, isResource = true, maxErrors = 100 } = options;
  const run = (ratchet: boolean): FieldError[] => {
    const walk: Walk = { errors: [], path: [], builtIn, requireFields: true, ratchet, maxErrors };
    check(walk, nodeOf(schema), value as Json, ratchet ? (old as Json) : undefined, isResource);
    return walk.errors.slice(0, maxErrors);
  };
  const errors = run(false);
  // Comparing with the old object costs more than checking, and most writes are valid.
  return errors.length > 0 && old !== undefined ? run(true) : errors;
}

function check(walk: Walk, node: SchemaNode, value: Json, old: Json | undefined, isResource = false): void {
  if (walk.errors.length >= walk.maxErrors) return;
  if (walk.ratchet && old !== undefined && deepEqual(old, value)) return;
  if (value === null && node.schema.nullable === true) return;
  if (!checkType(walk, node, value)) return;
  const { checks } = node;
  if (typeof value === 'string') for (const rule of checks.ofString) rule(value, walk);
  else if (typeof value === 'number') for (const rule of checks.ofNumber) rule(value, walk);
  else if (Array.isArray(value)) checkList(walk, node, value, old);
  else if (typeof value === 'object' && value !== null) checkObject(walk, node, value, old, isResource);
  if (value !== '' || !walk.builtIn) for (const rule of checks.ofAny) rule(value, walk);
  if (node.hasJunctors) checkJunctors(walk, node.schema, value);
}

/** What is at a field or a place of a list below. */
function checkBelow(walk: Walk, step: string | number, node: SchemaNode, value: Json, old: Json | undefined): void {
  walk.path.push(step);
  check(walk, node, value, old);
  walk.path.pop();
}

function checkType(walk: Walk, node: SchemaNode, value: Json): boolean {
  const { type, isIntOrString } = node;
  if (!isIntOrString && (type === undefined || type === typeof value) && value !== null && !Array.isArray(value)) {
    return true;
  }
  const actual = typeOf(value);
  if (isIntOrString) {
    if (actual === 'string' || actual === 'integer') return true;
    // Of built-in kinds quantities are numbers of any kind; a definition cannot say that.
    if (node.schema.format === 'quantity' && actual === 'number' && walk.builtIn) return true;
    walk.errors.push(fieldErrors.type(pathText(walk.path), actual, 'integer,string'));
    return false;
  }
  if (type === undefined || type === actual) return true;
  if (type === 'number' && actual === 'integer') return true;
  walk.errors.push(fieldErrors.type(pathText(walk.path), actual, type));
  return false;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkObject(walk: Walk, node: SchemaNode, object: JsonObject, old: Json | undefined, isRoot: boolean): void {
  const { schema } = node;
  const isResource = isRoot || node.isEmbedded;
  for (const rule of node.checks.ofObject) rule(object, walk);
  for (const key of (walk.requireFields && schema.required) || []) {
    if (object[key] === undefined || !Object.hasOwn(object, key)) {
      walk.errors.push(fieldErrors.required(fieldPath(pathText(walk.path), key)));
    }
  }
  if (node.isEmbedded) checkResource(walk, schema, object);
  const before = typeof old === 'object' && old !== null && !Array.isArray(old) ? old : undefined;
  for (const key of Object.keys(object)) {
    const value = object[key];
    const field = node.field(key, isResource);
    if (field === undefined || value === undefined) continue;
    const inner = isRoot && key === 'status' && walk.builtIn ? { ...walk, requireFields: false } : walk;
    checkBelow(inner, key, field, value, before?.[key]);
    if (isResource && key === 'metadata') checkMetadataRules(walk, schema, value);
  }
}

/** An object inside an object must say what it is. At the root, the request has done so already. */
function checkResource(walk: Walk, schema: StructuralSchema, object: JsonObject): void {
  for (const key of ['apiVersion', 'kind']) {
    const value = object[key];
    if (value === undefined || value === '') {
      if (!schema.required?.includes(key) || value === '') {
        walk.errors.push(fieldErrors.required(fieldPath(pathText(walk.path), key), 'must not be empty'));
      }
    }
  }
}

/** A schema may restrict `metadata.name` and `metadata.generateName`. */
function checkMetadataRules(walk: Walk, schema: StructuralSchema, metadata: Json): void {
  const restricted = schema.properties?.['metadata'];
  if (restricted?.properties !== undefined) checkBelow(walk, 'metadata', nodeOf(restricted), metadata, undefined);
}

function checkList(walk: Walk, node: SchemaNode, list: Json[], old: Json | undefined): void {
  const { schema, items } = node;
  for (const rule of node.checks.ofList) rule(list, walk);
  const listType = schema['x-kubernetes-list-type'];
  const keyed = listType === 'map' || listType === 'set';
  // One item is like no other.
  const seen = keyed && !walk.builtIn && list.length > 1 ? new Set<string>() : undefined;
  const before =
    walk.ratchet && listType === 'map' && Array.isArray(old)
      ? new Map(old.map((item) => [listKeyOf(schema, item), item]))
      : undefined;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as Json;
    const key = seen || before ? listKeyOf(schema, item) : undefined;
    if (seen !== undefined && key !== undefined) {
      if (seen.has(key)) {
        walk.errors.push(fieldErrors.duplicate(`${pathText(walk.path)}[${i}]`, JSON.parse(key)));
      }
      seen.add(key);
    }
    if (items !== undefined) checkBelow(walk, i, items, item, key === undefined ? undefined : before?.get(key));
  }
}

/** `allOf`, `anyOf`, `oneOf`, `not`: value validations beside the structural schema, never about structure. */
function checkJunctors(walk: Walk, schema: StructuralSchema, value: Json): void {
  const errorsOf = (part: StructuralSchema): FieldError[] => {
    const inner: Walk = { ...walk, errors: [], ratchet: false };
    check(inner, nodeOf(part), value, undefined);
    return inner.errors;
  };
  const fail = (detail: string, causes: FieldError[] = []) => {
    const path = pathText(walk.path);
    walk.errors.push(fieldErrors.invalid(path, value, `${path} in body ${detail}`), ...causes);
  };
  for (const part of schema.allOf ?? []) walk.errors.push(...errorsOf(part));
  if (schema.anyOf !== undefined && schema.anyOf.length > 0) {
    const all = schema.anyOf.map(errorsOf);
    if (!all.some((errors) => errors.length === 0)) {
      fail('must validate at least one schema (anyOf)', fewest(all));
    }
  }
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) {
    const all = schema.oneOf.map(errorsOf);
    const valid = all.filter((errors) => errors.length === 0).length;
    if (valid === 0) fail('must validate one and only one schema (oneOf). Found none valid', fewest(all));
    if (valid > 1) fail(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`);
  }
  if (schema.not !== undefined && errorsOf(schema.not).length === 0) fail('must not validate the schema (not)');
}

/** The alternative that came nearest says most about what was meant. */
function fewest(alternatives: FieldError[][]): FieldError[] {
  return alternatives.reduce((best, errors) => (errors.length < best.length ? errors : best));
}
