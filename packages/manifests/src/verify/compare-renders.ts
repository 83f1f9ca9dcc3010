import type { AnyObject } from '@serval/kube/objects';
import { keepAnnotation } from '../helm/index.ts';
import { objectKey } from '../objects/object-key.ts';
import { compareValues, type ValueDifference } from './compare-values.ts';

export interface RenderComparison {
  readonly objects: number;
  readonly fields: number;
  /** An object that is on one side only differs at the empty path. */
  readonly differences: readonly ({ readonly object: string } & ValueDifference)[];
}

/** Compares all objects of two renders of one variant, but for what is declared equal in `normalised`. */
export function compareRenders(left: readonly AnyObject[], right: readonly AnyObject[]): RenderComparison {
  const [lefts, rights] = [left, right].map(
    (objects) => new Map(normalised(objects).map((object) => [objectKey(object), object])),
  ) as [Map<string, AnyObject>, Map<string, AnyObject>];
  const keys = [...new Set([...lefts.keys(), ...rights.keys()])].sort();
  let fields = 0;
  const differences = keys.flatMap((object) => {
    const { leaves, differences: found } = compareValues(lefts.get(object), rights.get(object));
    fields += leaves;
    return found.map((difference) => ({ object, ...difference }));
  });
  return { objects: keys.length, fields, differences };
}

/**
 * Without what is meant to differ: the Namespace, which Helm makes itself (`--create-namespace`), and the annotation by which Helm
 * keeps definitions when a release is uninstalled.
 */
function normalised(objects: readonly AnyObject[]): AnyObject[] {
  return objects
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => {
      const { [keepAnnotation]: _, ...annotations } = object.metadata.annotations ?? {};
      const { annotations: _all, ...metadata } = object.metadata;
      return { ...object, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
    });
}
