import type { KubeObject } from '@serval/kube/objects';
import { applyDefaults, pruneUnknown, type StructuralSchema, validateSchema } from '@serval/kube/schema';

/** What an API server makes of an object by a schema: unknown fields dropped, defaults written. And what is wrong with it. */
export function stored(schema: StructuralSchema, object: KubeObject) {
  const { object: known, unknownPaths } = pruneUnknown(schema, object);
  const complete = applyDefaults(schema, known);
  return { unknownPaths, object: complete, errors: validateSchema(schema, complete) };
}
