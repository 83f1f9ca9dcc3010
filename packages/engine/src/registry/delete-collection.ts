import { type AnyObject, isStatusError, type ListMeta } from '@serval/kube/objects';
import { deleteObject } from './delete.ts';
import type { RegistryDeps } from './deps.ts';
import { type ListQuery, listObjects } from './read.ts';
import type { DeleteOptions } from './request-options.ts';
import type { ServedResource } from './served-resource.ts';

/** Deletes what a list would show. Answers the objects as they were last seen. */
export async function deleteCollection(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  query: ListQuery,
  options: DeleteOptions,
): Promise<{ items: AnyObject[]; metadata: ListMeta }> {
  const { items } = await listObjects(deps, resource, namespace, query);
  const deleted: AnyObject[] = [];
  for (const { metadata } of items) {
    const target = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
    try {
      deleted.push((await deleteObject(deps, resource, target, options)).object);
    } catch (error) {
      // Somebody else was faster.
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  }
  return { items: deleted, metadata: { resourceVersion: String(deps.store.revision) } };
}
