import type { Json } from '@serval/kube/objects';

/** The keywords of JSON Schema (draft 7) that `values.schema.json` is made of. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | readonly ('string' | 'integer')[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly not?: JsonSchema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
}

type Check = (value: unknown, operand: never, schema: JsonSchema, path: string) => string[];

/** One check per keyword; those that only tell something to people check nothing. */
const checks = {
  $schema: () => [],
  title: () => [],
  description: () => [],
  default: () => [],
  type: (value: unknown, types: string | readonly string[], _schema: JsonSchema, path: string) =>
    [types].flat().some((type) => isOfType(value, type)) ? [] : [`${path}: expected ${[types].flat().join(' or ')}`],
  properties: (value: unknown, properties: Record<string, JsonSchema>, _schema: JsonSchema, path: string) =>
    entriesOf(value).flatMap(([name, field]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return schema ? schemaErrors(field, schema, join(path, name)) : [];
    }),
  required: (value: unknown, names: readonly string[], _schema: JsonSchema, path: string) =>
    names.flatMap((name) =>
      isMap(value) && (!Object.hasOwn(value, name) || value[name] === null) ? [`${join(path, name)}: is required`] : [],
    ),
  additionalProperties: (value: unknown, allowed: boolean | JsonSchema, schema: JsonSchema, path: string) =>
    entriesOf(value)
      .filter(([name]) => !Object.hasOwn(schema.properties ?? {}, name))
      .flatMap(([name, field]) => {
        if (typeof allowed === 'object') return schemaErrors(field, allowed, join(path, name));
        return allowed ? [] : [`${join(path, name)}: is not a value of this chart`];
      }),
  propertyNames: (value: unknown, schema: JsonSchema, _around: JsonSchema, path: string) =>
    entriesOf(value).flatMap(([name]) => schemaErrors(name, schema, join(path, name))),
  items: (value: unknown, schema: JsonSchema, _around: JsonSchema, path: string) =>
    Array.isArray(value) ? value.flatMap((item, index) => schemaErrors(item, schema, `${path}[${index}]`)) : [],
  enum: (value: unknown, values: readonly unknown[], _schema: JsonSchema, path: string) =>
    values.includes(value) ? [] : [`${path}: expected one of ${values.join(', ')}`],
  not: (value: unknown, schema: JsonSchema, _around: JsonSchema, path: string) =>
    schemaErrors(value, schema, path).length > 0 ? [] : [`${path}: is not allowed`],
  pattern: (value: unknown, pattern: string, _schema: JsonSchema, path: string) =>
    typeof value !== 'string' || new RegExp(pattern).test(value) ? [] : [`${path}: does not match ${pattern}`],
  minLength: (value: unknown, least: number, _schema: JsonSchema, path: string) =>
    typeof value !== 'string' || value.length >= least ? [] : [`${path}: must not be empty`],
  minimum: (value: unknown, least: number, _schema: JsonSchema, path: string) =>
    typeof value !== 'number' || value >= least ? [] : [`${path}: must be at least ${least}`],
} satisfies Record<keyof JsonSchema, Check>;

/** What is wrong with a value, one line each. Throws TypeError for keywords that are not among `JsonSchema`'s. */
export function schemaErrors(value: unknown, schema: JsonSchema, path = ''): string[] {
  return Object.entries(schema).flatMap(([keyword, operand]) => {
    const check = Object.hasOwn(checks, keyword) ? (checks[keyword as keyof JsonSchema] as Check) : undefined;
    if (!check) throw new TypeError(`keyword ${keyword} of a values schema is not known here`);
    return check(value, operand as never, schema, path);
  });
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isMap(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return isMap(value) ? Object.entries(value) : [];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
