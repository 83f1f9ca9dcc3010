import type { Container } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Delivery } from '../credentials/delivery.ts';
import type { Source } from '../credentials/storage-request.ts';
import { provisionVolume, storageInitializerContainer } from '../names.ts';
import { strategicMerge } from '../runtime/strategic-merge.ts';
import { schemaMount } from './model-schema.ts';
import { withEnv, withMount } from './with-missing.ts';

/**
 * The init container that fetches models: the configured one, a ClusterStorageContainer's laid over it, and then what both need to
 * trust the store. Its arguments are pairs of URI and folder; those of a ClusterStorageContainer come before them.
 *
 * @param server  the container of the model, as whose user it writes
 * @param onlyChecks  whether it is to fetch nothing; an initializer that does not know `--check` ends at once, as its arguments are no pairs
 */
export function storageInitializer(
  sources: readonly Source[],
  folder: string,
  server: Container | undefined,
  { env, volumeMounts, trust, container }: Delivery,
  config: ServingConfig,
  onlyChecks = false,
): Container {
  const pairs = sources.flatMap(({ uri, mountPath }) => [uri, mountPath]);
  const given = onlyChecks ? ['--check', ...pairs] : pairs;
  const configured: Container = {
    name: storageInitializerContainer,
    image: config.storageInitializer.image,
    args: given,
    ...(env.length > 0 ? { env: [...env] } : {}),
    resources: initializerResources(config),
    volumeMounts: [
      { name: provisionVolume, mountPath: folder },
      ...(sources.some(({ mountPath }) => mountPath === schemaMount.mountPath) ? [schemaMount] : []),
      ...volumeMounts,
    ],
    // What it says about a failed download is the reason that the service shows.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...(server?.securityContext ? { securityContext: server.securityContext } : {}),
  };
  const merged = container ? mergeContainer(configured, container, given) : configured;
  return trust ? trust.initializer.volumeMounts.reduce(withMount, withEnv(merged, trust.initializer.env)) : merged;
}

/** By its name it is known that a Pod has its initializer, so that stays. */
function mergeContainer(configured: Container, { name: _, args = [], ...own }: Container, pairs: string[]): Container {
  return { ...strategicMerge(configured, own, 'core/v1.Container'), args: [...args, ...pairs] };
}

export function initializerResources({ storageInitializer }: ServingConfig): Container['resources'] {
  const { cpuRequest, memoryRequest, cpuLimit, memoryLimit } = storageInitializer;
  return { requests: { cpu: cpuRequest, memory: memoryRequest }, limits: { cpu: cpuLimit, memory: memoryLimit } };
}
