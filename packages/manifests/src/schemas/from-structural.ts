import type { StructuralSchema } from '@serval/kube/schema';
import type { JsonSchema } from './json-schema.ts';
import { metadataSchema } from './metadata-schema.ts';
import { valueKeywords } from './value-keywords.ts';

/** A structural schema twice: as CRDs have it, with texts, and as objects are checked, with enums. Both have the same fields. */
export interface SchemaPair {
  readonly told: StructuralSchema;
  readonly checked: StructuralSchema | undefined;
}

export interface ConvertOptions {
  /** The definition of Kubernetes that a field's schema was made for. */
  ownerOf(field: StructuralSchema): string | undefined;
  /** Is told which definition of Kubernetes a schema has all fields of. */
  onDefinition(schema: JsonSchema, name: string): void;
  /** Paths of required fields that may be left out, through lists and maps: `spec.predictor.containers.name`. */
  readonly filledIn: ReadonlySet<string>;
}

/**
 * JSON Schema for what API servers and webhooks take: unknown fields are refused but where they are kept, and null stands for an absent
 * value wherever an API server drops it.
 */
export function fromStructural(pair: SchemaPair, options: ConvertOptions): JsonSchema {
  return convert(pair, options, '', false);
}

function convert({ told, checked }: SchemaPair, options: ConvertOptions, path: string, mayBeNull: boolean): JsonSchema {
  const schema: JsonSchema = {
    ...(told.description ? { description: told.description } : {}),
    ...(told.default === undefined ? {} : { default: told.default }),
    ...valueKeywords(told, checked, mayBeNull || told.nullable === true),
  };
  const { items } = told;
  if (items) schema.items = convert({ told: items, checked: checked?.items }, options, path, false);
  if (told.type === 'object') Object.assign(schema, objectKeywords({ told, checked }, options, path));
  const owner = ownerOfAll(told, options);
  if (owner !== undefined) options.onDefinition(schema, owner);
  else if (told['x-kubernetes-int-or-string'] && told.pattern) options.onDefinition(schema, 'Quantity');
  return schema;
}

function objectKeywords({ told, checked }: SchemaPair, options: ConvertOptions, path: string): JsonSchema {
  const { properties = {}, additionalProperties: values } = told;
  const isEmbedded = told['x-kubernetes-embedded-resource'] === true;
  // What has a default may be left out: API servers fill it in before they look.
  const pathOf = (name: string) => (path === '' ? name : `${path}.${name}`);
  const required = new Set(
    told.required?.filter((name) => properties[name]?.default === undefined && !options.filledIn.has(pathOf(name))),
  );
  if (isEmbedded) for (const name of ['apiVersion', 'kind']) required.add(name);
  const fields = Object.entries(properties).map(([name, field]) => {
    const pair = { told: field, checked: checked?.properties?.[name] };
    return [name, convert(pair, options, pathOf(name), !required.has(name))] as const;
  });
  const all = { ...Object.fromEntries(fields), ...(isEmbedded ? embeddedFields() : {}) };
  const schema: JsonSchema = {};
  if (required.size > 0) schema.required = [...required];
  if (Object.keys(all).length > 0) schema.properties = all;
  if (typeof values === 'object') {
    const pair = { told: values, checked: objectOrNothing(checked?.additionalProperties) };
    schema.additionalProperties = convert(pair, options, path, true);
  } else if (values !== true && told['x-kubernetes-preserve-unknown-fields'] !== true) {
    schema.additionalProperties = false;
  }
  return schema;
}

function embeddedFields(): Record<string, JsonSchema> {
  return { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: metadataSchema() };
}

function objectOrNothing(values: StructuralSchema | boolean | undefined): StructuralSchema | undefined {
  return typeof values === 'object' ? values : undefined;
}

/** The definition that every field of an object belongs to, without its group; undefined where they are of several or of none. */
function ownerOfAll({ properties = {} }: StructuralSchema, { ownerOf }: ConvertOptions): string | undefined {
  const owners = new Set(Object.values(properties).map(ownerOf));
  const [owner] = owners;
  return owners.size === 1 && owner !== undefined ? owner.slice(owner.lastIndexOf('.') + 1) : undefined;
}
