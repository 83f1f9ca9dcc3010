import { builtinKind, builtinOpenApi, objectMetaSchema, openApiName, type StructuralSchema } from '@serval/kube/schema';
import type { ServedResource } from '../registry/served-resource.ts';

export type OpenApiSchema = StructuralSchema & {
  $ref?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
};

/** The name under which the schema of a kind stands in OpenAPI documents. */
export function definitionName(resource: ServedResource): string {
  const { group, version, kind } = resource;
  const known = resource.custom ? undefined : builtinKind(group, version, kind);
  if (known) return openApiName(known.definition);
  // Reversed like a Java package, as upstream names definitions of custom kinds.
  return [...group.split('.').reverse(), version, kind].filter((part) => part !== '').join('.');
}

/** Schemas of these resources and all that they refer to, each kind marked with its group, version and kind. */
export function definitionsOf(
  resources: readonly ServedResource[],
  refPrefix: string,
  shape: (schema: StructuralSchema) => StructuralSchema = (schema) => schema,
): Record<string, OpenApiSchema> {
  const builtIn = resources.flatMap(({ custom, group, version, kind }) => {
    const known = custom ? undefined : builtinKind(group, version, kind);
    return known ? [known.definition] : [];
  });
  const definitions: Record<string, OpenApiSchema> = { ...builtinOpenApi([...new Set(builtIn)], refPrefix) };
  for (const resource of resources) {
    const { group, version, kind } = resource;
    const name = definitionName(resource);
    const schema = resource.custom ? customSchema(resource, shape) : (definitions[name] ?? { type: 'object' });
    definitions[name] = { ...schema, 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
  }
  return definitions;
}

function customSchema(resource: ServedResource, shape: (schema: StructuralSchema) => StructuralSchema): OpenApiSchema {
  const schema = shape(resource.schema() ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: shape(objectMetaSchema),
      ...withoutIdentity(schema.properties),
    },
  };
}

function withoutIdentity(properties: StructuralSchema['properties'] = {}): Record<string, StructuralSchema> {
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = properties;
  return rest;
}
