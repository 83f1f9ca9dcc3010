import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, type Resource } from '@serval/kube/objects';
import { isOnlyIfAbsent } from '@serval/operator/declarations';
import { type DiscoveredResource, discover, resourceOfObject } from '../resources/discovery.ts';

/**
 * Applies the platform's own objects one after the other. Those that may be another's or a person's (Gateway API CRDs, the
 * configuration) are left alone when they are there.
 */
export async function applyInOrder(client: Client, objects: readonly AnyObject[]): Promise<void> {
  let resources = await discover(client);
  for (const object of objects) {
    let resource: DiscoveredResource;
    try {
      resource = resourceOfObject(resources, object, 'platform');
    } catch {
      resources = await discover(client);
      resource = resourceOfObject(resources, object, 'platform');
    }
    if (isOnlyIfAbsent(object) && (await exists(client, resource, object))) continue;
    await client.apply(resource, object, { force: true });
  }
}

async function exists(client: Client, resource: Resource<AnyObject>, object: AnyObject): Promise<boolean> {
  try {
    const { name = '', namespace } = object.metadata;
    await client.get(resource, { name, ...(namespace ? { namespace } : {}) });
    return true;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return false;
    throw error;
  }
}
