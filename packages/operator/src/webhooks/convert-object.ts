import type { AnyObject } from '@serval/kube/objects';

/** An object in another version of its kind. Throws with the reason when there is no way. */
export function convertObject(object: AnyObject, desiredApiVersion: string): AnyObject {
  if (object.apiVersion === desiredApiVersion) return object;
  throw new Error(`${object.kind} has no conversion from ${object.apiVersion}`);
}
