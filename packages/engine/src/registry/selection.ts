import {
  type AnyObject,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '@serval/kube/objects';
import { storeKey } from '../store/change.ts';
import { badRequest } from './errors.ts';
import type { ServedResource } from './served-resource.ts';

export type Matcher = (object: AnyObject) => boolean;

/** A matcher of label and field selectors, or `undefined` when everything matches. Throws BadRequest. */
export function createMatcher(
  resource: ServedResource,
  { labelSelector = '', fieldSelector = '' }: { labelSelector?: string; fieldSelector?: string },
): Matcher | undefined {
  if (!labelSelector && !fieldSelector) return undefined;
  try {
    const labels = parseLabelSelector(labelSelector);
    const fields = parseFieldSelector(fieldSelector);
    const known = fieldsOf(resource, { apiVersion: '', kind: '', metadata: {} });
    const unknown = fields.find(({ field }) => !(field in known));
    if (unknown) throw new Error(`field label not supported: ${unknown.field}`);
    return (object) => {
      if (!matchesLabels(labels, object.metadata.labels)) return false;
      if (fields.length === 0) return true;
      const values = fieldsOf(resource, object);
      return matchesFields(fields, (field) => values[field] ?? '');
    };
  } catch (error) {
    throw badRequest((error as Error).message, error);
  }
}

function fieldsOf(resource: ServedResource, object: AnyObject): Record<string, string> {
  return {
    'metadata.name': object.metadata.name ?? '',
    'metadata.namespace': object.metadata.namespace ?? '',
    ...resource.stored.strategy.selectableFields?.(object),
  };
}

/**
 * The key of the only object that a field selector leaves, as clients ask that follow one object: `metadata.name=NAME`, in a namespace or of
 * a kind without. `undefined` where there may be more.
 */
export function selectedKey(
  { namespaced }: ServedResource,
  namespace: string,
  { fieldSelector = '' }: { fieldSelector?: string },
): string | undefined {
  if (!fieldSelector) return undefined;
  const fields = parseFieldSelector(fieldSelector);
  const required = (name: string) => fields.find(({ field, operator }) => field === name && operator === '=')?.value;
  const name = required('metadata.name');
  const where = namespaced ? namespace || required('metadata.namespace') : '';
  return name && where !== undefined ? storeKey(where, name) : undefined;
}
