import {
  type AnyObject,
  applyJsonPatch,
  applyMergePatch,
  type Json,
  JsonPatchError,
  StatusError,
} from '@serval/kube/objects';
import { badRequest } from '../registry/errors.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { parseJson, parseYaml, unsupportedMediaType } from './body.ts';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;

/** Merges by the merge keys of built-in kinds. */
export type StrategicMerge = (resource: ServedResource, target: AnyObject, patch: Json) => AnyObject;

/** A patch, read once, as a function from the live object to the desired one. Apply patches are not taken here. */
export function readPatch(
  resource: ServedResource,
  type: string,
  bytes: Uint8Array,
  strategicMerge: StrategicMerge,
): (live: AnyObject) => AnyObject {
  switch (type) {
    case 'application/json-patch+json': {
      const patch = parseJson(bytes);
      return (live) => applyOperations(resource, live, patch);
    }
    case 'application/merge-patch+json': {
      const patch = requireObject(parseJson(bytes));
      return (live) => applyMergePatch(live as unknown as Json, patch) as unknown as AnyObject;
    }
    case 'application/strategic-merge-patch+json': {
      if (resource.custom) {
        throw unsupportedMediaType(
          type,
          patchTypes.filter((known) => known !== type),
        );
      }
      const patch = requireObject(parseJson(bytes));
      return (live) => strategicMerge(resource, live, patch);
    }
    default:
      throw unsupportedMediaType(type, patchTypes);
  }
}

/** The configuration of a server-side apply. Throws BadRequest for what is no object. */
export function readApplied(bytes: Uint8Array): AnyObject {
  const applied = requireObject(parseYaml(bytes)) as unknown as AnyObject;
  const { metadata = {} } = applied as { metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw badRequest('metadata must be an object');
  }
  return applied;
}

function requireObject(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('the patch must be an object');
  }
  return value as Json;
}

function applyOperations(resource: ServedResource, live: AnyObject, patch: unknown): AnyObject {
  try {
    return applyJsonPatch(live as unknown as Json, patch) as unknown as AnyObject;
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    if (error.code === 'malformed') throw badRequest(error.message, error);
    throw new StatusError(
      'Invalid',
      `the server rejected our request due to an error in our request: ${error.message}`,
      {
        details: { kind: resource.plural, causes: [{ message: error.message }] },
        cause: error,
      },
    );
  }
}
