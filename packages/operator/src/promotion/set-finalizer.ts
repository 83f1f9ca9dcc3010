import type { Client } from '@serval/kube/client';
import { isStatusError, type KubeObject, type Resource } from '@serval/kube/objects';

/** Adds a finalizer, or takes it away; only on what was looked at, as others write finalizers, too. What is gone needs none. */
export async function setFinalizer<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  { metadata }: T,
  finalizer: string,
  isWanted: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = '', name = '', finalizers = [], resourceVersion } = metadata;
  const others = finalizers.filter((one) => one !== finalizer);
  const patch = { metadata: { resourceVersion, finalizers: isWanted ? [...others, finalizer] : others } };
  try {
    await client.patch(resource, { namespace, name }, 'merge', patch, { signal });
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
  }
}
