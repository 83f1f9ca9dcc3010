import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, parseApiVersion, type Resource } from '@serval/kube/objects';
import { type DiscoveredResource, discover, resourceOfObject } from '../resources/discovery.ts';

const gatewayApiGroup = 'gateway.networking.k8s.io';

/**
 * Applies the platform's own objects one after the other. Gateway API CRDs that are already there are left alone: they
 * belong to whoever installed them.
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
    if (isGatewayApiCrd(object) && (await exists(client, resource, object))) continue;
    await client.apply(resource, object, { force: true });
  }
}

function isGatewayApiCrd(object: AnyObject): boolean {
  return (
    object.kind === 'CustomResourceDefinition' &&
    parseApiVersion(object.apiVersion).group === 'apiextensions.k8s.io' &&
    object['spec']?.group === gatewayApiGroup
  );
}

async function exists(client: Client, resource: Resource<AnyObject>, object: AnyObject): Promise<boolean> {
  try {
    await client.get(resource, { name: object.metadata.name ?? '' });
    return true;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return false;
    throw error;
  }
}
