import type { Json } from '@serval/kube/objects';

export type JsonType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

/** The keywords of JSON Schema, draft 7, that published schemas are made of. */
export interface JsonSchema {
  $schema?: string;
  $comment?: string;
  title?: string;
  description?: string;
  default?: Json;
  type?: JsonType | JsonType[];
  enum?: Json[];
  const?: Json;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  required?: string[];
  properties?: Record<string, JsonSchema>;
  propertyNames?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  minProperties?: number;
  maxProperties?: number;
  if?: JsonSchema;
  then?: JsonSchema;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  not?: JsonSchema;
  $ref?: string;
  definitions?: Record<string, JsonSchema>;
}

export const draft7 = 'http://json-schema.org/draft-07/schema#';

/** The schema with every schema directly inside of it replaced. */
export function mapInner(schema: JsonSchema, change: (inner: JsonSchema, name: string) => JsonSchema): JsonSchema {
  const copy: JsonSchema = { ...schema };
  const { properties, items, additionalProperties, if: condition, then: consequence, not } = schema;
  if (properties) {
    copy.properties = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, change(inner, name)]),
    );
  }
  if (items) copy.items = change(items, 'item');
  if (typeof additionalProperties === 'object') copy.additionalProperties = change(additionalProperties, 'value');
  for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
    const list = schema[keyword];
    if (list) copy[keyword] = list.map((inner) => change(inner, keyword));
  }
  if (condition) copy.if = change(condition, 'if');
  // biome-ignore lint/suspicious/noThenProperty: the keyword's name
  if (consequence) copy.then = change(consequence, 'then');
  if (not) copy.not = change(not, 'not');
  return copy;
}
