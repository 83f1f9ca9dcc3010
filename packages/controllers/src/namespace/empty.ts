import { type Client, type DiscoveredResource, listAll } from '@serval/kube/client';
import { isStatusError, resourcePath, statusErrorFrom } from '@serval/kube/objects';
import { messageOf } from '../shared/message-of.ts';
import type { NamespaceContent } from './conditions.ts';

/** Asks for the deletion of everything in a namespace, and tells what is left of it. */
export async function emptyNamespace(
  { client, metadataClient }: { client: Client; metadataClient: Client },
  kinds: readonly DiscoveredResource[],
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceContent> {
  const content: NamespaceContent = { remaining: {}, finalizers: {}, failures: [] };
  for (const resource of kinds) {
    if (!resource.namespaced || !resource.verbs.includes('list') || !resource.verbs.includes('delete')) continue;
    const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
    try {
      const before = await listAll(metadataClient, resource, { namespace, signal });
      if (before.items.length === 0) continue;
      await deleteAll(client, resource, namespace, before.items, signal);
      const { items } = await listAll(metadataClient, resource, { namespace, signal });
      if (items.length > 0) content.remaining[name] = items.length;
      for (const finalizer of items.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
        content.finalizers[finalizer] = (content.finalizers[finalizer] ?? 0) + 1;
      }
    } catch (error) {
      // The kind went away in the middle of it.
      if (!isStatusError(error, 'NotFound')) content.failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  return content;
}

async function deleteAll(
  client: Client,
  resource: DiscoveredResource,
  namespace: string,
  items: readonly { metadata: { name?: string } }[],
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' });
  if (resource.verbs.includes('deletecollection')) {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const path = resourcePath(resource, { namespace });
    const response = await client.request({ method: 'DELETE', path, headers, body, signal });
    for await (const _ of response.body);
    if (response.status < 400) return;
    if (response.status !== 405) throw statusErrorFrom({}, response.status);
  }
  for (const { metadata } of items) {
    try {
      await client.delete(
        resource,
        { namespace, name: metadata.name ?? '' },
        { propagationPolicy: 'Background', signal },
      );
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  }
}
