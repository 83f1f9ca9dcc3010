import { type AnyObject, deepEqual, type Json } from '@serval/kube/objects';
import { ManifestsError } from '../manifests-error.ts';
import { objectKey } from '../objects/object-key.ts';
import { jsonPatchBetween, type PatchOperation } from './json-patch-between.ts';

/** What a component does to what was there before it. */
export interface Stage {
  readonly added: AnyObject[];
  readonly patches: { readonly object: AnyObject; readonly operations: PatchOperation[] }[];
}

/**
 * The difference between an installation without and with a component: the source says what each installation is, and nobody writes a
 * patch by hand. Throws `ManifestsError` when an object would be removed, as components only add.
 */
export function stageBetween(before: readonly AnyObject[], after: readonly AnyObject[]): Stage {
  const old = new Map(before.map((object) => [objectKey(object), object]));
  const kept = new Set(after.map(objectKey));
  const removed = [...old.keys()].find((key) => !kept.has(key));
  if (removed) throw new ManifestsError('BadSource', `a component cannot remove ${removed}`);
  return {
    added: after.filter((object) => !old.has(objectKey(object))),
    patches: after.flatMap((object) => {
      const original = old.get(objectKey(object));
      if (!original || deepEqual(original, object)) return [];
      // A copy without `undefined`, which JSON does not have.
      const [from, to] = [original, object].map((value) => JSON.parse(JSON.stringify(value)) as Json) as [Json, Json];
      const operations = jsonPatchBetween(from, to);
      return operations.length > 0 ? [{ object, operations }] : [];
    }),
  };
}
