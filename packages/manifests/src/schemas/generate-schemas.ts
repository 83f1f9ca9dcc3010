import { fullPodSchemas, type KindVersion, servalKinds, storageConfigEntrySchema } from '@serval/api';
import type { FileSet } from '../file-set.ts';
import { generatedNote } from '../yaml/generated-file.ts';
import { combinedSchemaPath, kindSchemaPath, storageConfigSchemaPath } from './catalogue.ts';
import { combinedSchema } from './combined-schema.ts';
import { draft7, type JsonSchema } from './json-schema.ts';
import { kindSchema } from './kind-schema.ts';
import { shareDefinitions } from './share-definitions.ts';
import { writeJson } from './write-json.ts';

/**
 * JSON Schemas (draft 7) for editors and for checks without a cluster: one per version of a kind, one for all of them, one for the
 * entries of `storage-config`. Each file stands alone.
 */
export function generateSchemas(): FileSet {
  const pods = fullPodSchemas();
  const names = new WeakMap<JsonSchema, string>();
  const nameOf = (schema: JsonSchema) => names.get(schema);
  const whole = servalKinds.map(
    (kind) => [kind, kindSchema(kind, pods, (schema, name) => names.set(schema, name))] as const,
  );
  const files: [string, JsonSchema][] = whole.map(([kind, schema]) => {
    const { roots, definitions } = shareDefinitions({ [definitionOf(kind)]: schema }, nameOf);
    return [kindSchemaPath(kind), { ...roots[definitionOf(kind)], definitions }];
  });
  const all = shareDefinitions(Object.fromEntries(whole.map(([kind, schema]) => [definitionOf(kind), schema])), nameOf);
  files.push(
    [
      combinedSchemaPath,
      { ...combinedSchema(servalKinds, definitionOf), definitions: { ...all.roots, ...all.definitions } },
    ],
    [storageConfigSchemaPath, storageConfigEntrySchema as JsonSchema],
  );
  return new Map(files.map(([path, schema]) => [path, schemaFile(schema)]));
}

/** `InferenceService_v1beta1`: no other definition has an underscore in its name. */
function definitionOf({ resource }: KindVersion): string {
  return `${resource.kind}_${resource.version}`;
}

function schemaFile(schema: JsonSchema): string {
  const { definitions = {}, ...rest } = schema;
  const hasDefinitions = Object.keys(definitions).length > 0;
  return writeJson({ $schema: draft7, $comment: generatedNote, ...rest, ...(hasDefinitions ? { definitions } : {}) });
}
