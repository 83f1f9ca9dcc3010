import { type Client, type Clock, createReflector, type Log, type Reflector } from '@serval/kube/client';
import {
  deployments,
  endpointSlices,
  horizontalPodAutoscalers,
  jobs,
  type KubeObject,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Resource,
  replicaSets,
  serviceAccounts,
  services,
} from '@serval/kube/objects';

/** Name of the index by the uid of the controlling owner; objects without one stand under `''`. */
export const byController = 'controller';

export function controllerUidOf({ metadata }: KubeObject): string {
  return metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? '';
}

export type Caches = ReturnType<typeof createCaches>;

/** One reflector for each kind, shared by all controllers. */
export function createCaches(options: { client: Client; clock: Clock; log: Log; signal: AbortSignal }) {
  const reflect = <T extends KubeObject>(resource: Resource<T>): Reflector<T> =>
    createReflector({ ...options, resource, indexes: { [byController]: (object) => [controllerUidOf(object)] } });
  return {
    deployments: reflect(deployments),
    endpointSlices: reflect(endpointSlices),
    horizontalPodAutoscalers: reflect(horizontalPodAutoscalers),
    jobs: reflect(jobs),
    namespaces: reflect(namespaces),
    nodes: reflect(nodes),
    persistentVolumeClaims: reflect(persistentVolumeClaims),
    persistentVolumes: reflect(persistentVolumes),
    pods: reflect(pods),
    replicaSets: reflect(replicaSets),
    serviceAccounts: reflect(serviceAccounts),
    services: reflect(services),
  };
}
