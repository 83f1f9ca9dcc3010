import type { Client } from '@serval/kube/client';
import {
  configMaps,
  isStatusError,
  type KubeObject,
  persistentVolumeClaims,
  persistentVolumes,
  type Resource,
  secrets,
} from '@serval/kube/objects';
import type { VolumeSource } from '../volumes/prepare.ts';

/**
 * Reads what Pods name straight from the API: a ConfigMap that was written before its Pod is always seen, which a
 * cache could not promise.
 */
export function createVolumeSource(client: Client, signal: AbortSignal): VolumeSource {
  async function read<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    namespace?: string,
  ): Promise<T | undefined> {
    try {
      return await client.get(resource, { name, ...(namespace === undefined ? {} : { namespace }) }, { signal });
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
  return {
    configMap: (namespace, name) => read(configMaps, name, namespace),
    secret: (namespace, name) => read(secrets, name, namespace),
    claim: (namespace, name) => read(persistentVolumeClaims, name, namespace),
    persistentVolume: (name) => read(persistentVolumes, name),
  };
}
