import type { Json } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import type { JsonSchema, JsonType } from './json-schema.ts';

const copied = [
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const satisfies (keyof StructuralSchema & keyof JsonSchema)[];

/** Enums do not hold for what KServe fills in before it makes Pods. */
const template = '\\{\\{[\\s\\S]*\\}\\}';

/** What a value itself must be like. Formats and rules in CEL that draft 7 cannot tell are left to the checks. */
export function valueKeywords(
  told: StructuralSchema,
  checked: StructuralSchema | undefined,
  mayBeNull: boolean,
): JsonSchema {
  const types = typesOf(told, mayBeNull);
  const schema: JsonSchema = {};
  if (types.length > 0) schema.type = types.length === 1 ? (types[0] as JsonType) : types;
  for (const keyword of copied) {
    const value = told[keyword];
    if (value !== undefined) Object.assign(schema, { [keyword]: value });
  }
  if (told.format === 'int32') {
    schema.minimum ??= -(2 ** 31);
    schema.maximum ??= 2 ** 31 - 1;
  }
  strictBounds(told, schema);
  if (told['x-kubernetes-list-type'] === 'set') schema.uniqueItems = true;
  const choices = checked?.enum ?? told.enum;
  if (choices) Object.assign(schema, enumKeywords(choices));
  if (told['x-kubernetes-int-or-string'] !== true) Object.assign(schema, junctors(told, mayBeNull));
  return schema;
}

function typesOf(schema: StructuralSchema, mayBeNull: boolean): JsonType[] {
  const types: JsonType[] =
    schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  return mayBeNull && types.length > 0 ? [...types, 'null'] : types;
}

/** OpenAPI 3.0 says it with a flag, draft 7 with the bound. */
function strictBounds(told: StructuralSchema, schema: JsonSchema): void {
  if (told.exclusiveMinimum === true && told.minimum !== undefined) {
    schema.exclusiveMinimum = told.minimum;
    delete schema.minimum;
  }
  if (told.exclusiveMaximum === true && told.maximum !== undefined) {
    schema.exclusiveMaximum = told.maximum;
    delete schema.maximum;
  }
}

/**
 * Choices that editors offer, so an empty text, which Kubernetes takes for no value, is not among them. The second alternative takes
 * null too, as patterns are about texts.
 */
function enumKeywords(choices: readonly Json[]): JsonSchema {
  const values = choices.filter((choice) => choice !== '' && choice !== null);
  return { anyOf: [{ enum: values }, { pattern: choices.includes('') ? `^$|${template}` : template }] };
}

function junctors(told: StructuralSchema, mayBeNull: boolean): JsonSchema {
  const rules: JsonSchema = {};
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const list = told[keyword];
    if (list) rules[keyword] = list.map(validation);
  }
  if (told.not) rules.not = validation(told.not);
  if (Object.keys(rules).length === 0 || !mayBeNull) return rules;
  return { anyOf: [{ type: 'null' }, rules] };
}

/** A schema inside a junctor: it judges values, and says nothing of which fields there are. */
function validation(told: StructuralSchema): JsonSchema {
  const schema = valueKeywords(told, undefined, false);
  if (told.required) schema.required = [...told.required];
  if (told.properties) {
    schema.properties = Object.fromEntries(
      Object.entries(told.properties).map(([name, field]) => [name, validation(field)]),
    );
  }
  if (told.items) schema.items = validation(told.items);
  return schema;
}
