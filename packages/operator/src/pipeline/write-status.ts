import type { Client } from '@serval/kube/client';
import { deepEqual, isStatusError, type KubeObject, type Resource } from '@serval/kube/objects';

/** Writes a status that is another than that of the object as it was observed; an object that is gone needs none. */
export async function writeStatus<T extends KubeObject & { status?: object }>(
  client: Client,
  resource: Resource<T>,
  object: T,
  status: NonNullable<T['status']>,
  signal: AbortSignal,
): Promise<void> {
  if (deepEqual(object.status, status)) return;
  try {
    await client.update(resource, { ...object, status }, { subresource: 'status', signal });
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
  }
}
