import { type KindVersion, servalKinds } from '@serval/api';
import { apiVersionOf } from '@serval/kube/objects';

/** A published schema, and what it is for. */
export interface SchemaEntry {
  /** Path below `deploy/`. */
  readonly path: string;
  readonly about: string;
  /** The version of a kind that it describes; undefined for the schemas of more or of other than one kind. */
  readonly kind?: KindVersion;
}

/** Describes an object of any of the kinds, and lists of them. */
export const combinedSchemaPath = 'schemas/serval.json';
/** Describes one entry of the Secret `storage-config`. */
export const storageConfigSchemaPath = 'schemas/storage-config.json';

/** All schemas that are published. */
export function schemaCatalogue(): SchemaEntry[] {
  return [
    { path: combinedSchemaPath, about: 'all kinds in one file' },
    { path: storageConfigSchemaPath, about: 'one entry of the Secret storage-config' },
    ...servalKinds.map((kind) => ({ path: kindSchemaPath(kind), about: aboutKind(kind), kind })),
  ];
}

/**
 * `schemas/serving.kserve.io/inferenceservice_v1beta1.json`: the layout `{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`, as
 * collections of schemas for custom resources have it, so that one template finds these and those.
 */
export function kindSchemaPath({ resource: { group, kind, version } }: KindVersion): string {
  return `schemas/${group}/${kind.toLowerCase()}_${version}.json`;
}

function aboutKind({ resource }: KindVersion): string {
  return `${resource.kind} of ${apiVersionOf(resource)}`;
}
