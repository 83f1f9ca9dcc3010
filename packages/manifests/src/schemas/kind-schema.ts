import { checkSchemaOf, type KindVersion, type PodSchemas } from '@serval/api';
import { apiVersionOf } from '@serval/kube/objects';
import { fromStructural } from './from-structural.ts';
import type { JsonSchema } from './json-schema.ts';
import { metadataSchema } from './metadata-schema.ts';

/**
 * The schema of whole objects of a kind, everything spelled out where it stands.
 * @param nameDefinition is told which definition of Kubernetes a schema inside of it is
 */
export function kindSchema(
  kind: KindVersion,
  pods: PodSchemas,
  nameDefinition: (schema: JsonSchema, name: string) => void,
): JsonSchema {
  const { resource, description } = kind;
  const apiVersion = apiVersionOf(resource);
  const schema = fromStructural(
    { told: kind.schema(pods), checked: checkSchemaOf(kind) },
    { ownerOf: pods.ownerOf, onDefinition: nameDefinition, filledIn: new Set(kind.filledIn) },
  );
  const metadata = metadataSchema();
  nameDefinition(metadata, 'ObjectMeta');
  return {
    title: `${resource.kind} of ${apiVersion}`,
    ...(description ? { description } : {}),
    ...schema,
    required: [...new Set(['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])])],
    properties: {
      apiVersion: { description: 'Group and version of the kind.', type: 'string', enum: [apiVersion] },
      kind: { description: 'The kind of the object.', type: 'string', enum: [resource.kind] },
      metadata,
      ...withoutCommon(schema.properties),
    },
  };
}

/** The fields that no other object has. */
function withoutCommon(properties: JsonSchema['properties'] = {}): Record<string, JsonSchema> {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...own } = properties;
  return own;
}
