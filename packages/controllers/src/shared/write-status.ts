import type { Client } from '@serval/kube/client';
import { createMergePatch, deepEqual, type JsonObject, type KubeObject, type Resource } from '@serval/kube/objects';
import { targetOf } from './claim.ts';

/**
 * Writes what differs of the status, or nothing. A merge patch, because the status has one writer: it need not fail when
 * another part of the object changed meanwhile. An object that was replaced by one of the same name is refused by its uid.
 *
 * @returns whether something was written.
 */
export async function writeStatus<T extends KubeObject & { status?: object }>(
  client: Client,
  resource: Resource<T>,
  object: T,
  status: NonNullable<T['status']>,
  signal: AbortSignal,
): Promise<boolean> {
  const current = object.status ?? {};
  if (deepEqual(current, status)) return false;
  const patch = {
    metadata: { uid: object.metadata.uid },
    status: createMergePatch(current as JsonObject, status as JsonObject),
  };
  await client.patch(resource, targetOf(object.metadata), 'merge', patch, { subresource: 'status', signal });
  return true;
}
