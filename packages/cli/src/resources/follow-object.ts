import type { Client, Target } from '@serval/kube/client';
import { isStatusError, type KubeObject, type Resource } from '@serval/kube/objects';

/**
 * Every state of an object from now on, the present one first; undefined while there is none. Ends when the signal aborts.
 *
 * @throws StatusError  also `NotFound` where it is not there at first, unless it may be missing
 */
export async function* followObject<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  target: Target,
  { signal, mayBeMissing = false }: { signal: AbortSignal; mayBeMissing?: boolean },
): AsyncGenerator<T | undefined> {
  const { namespace, name } = target;
  const where = { ...(namespace === undefined ? {} : { namespace }), fieldSelector: `metadata.name=${name}` };
  let last = await read(mayBeMissing);
  yield last;
  while (!signal.aborted) {
    try {
      const resourceVersion = last?.metadata.resourceVersion ?? '';
      for await (const event of client.watch(resource, { ...where, resourceVersion, signal })) {
        if (event.type === 'BOOKMARK') continue;
        last = event.type === 'DELETED' ? undefined : event.object;
        yield last;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isStatusError(error, 'Expired', 'Gone')) throw error;
      // The watch fell too far behind: look again and go on.
      last = await read(true);
      yield last;
    }
  }

  async function read(isOptional: boolean): Promise<T | undefined> {
    try {
      return await client.get(resource, target, { signal });
    } catch (error) {
      if (isOptional && isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}
