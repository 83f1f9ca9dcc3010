import type { Container, Pod, Volume, VolumeMount } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Delivery } from '../credentials/delivery.ts';
import {
  claimVolume,
  modelMountPath,
  predictorContainer,
  provisionVolume,
  storageInitializerContainer,
  storageReadonlyAnnotation,
  transformerContainer,
} from '../names.ts';

export interface PodMutation {
  readonly config: ServingConfig;
  /** What the Pod asks for, looked up. */
  readonly delivery: Delivery;
}

/**
 * The Pod with its model provided for: fetched by an init container into an emptyDir, or mounted straight from a claim
 * (`pvc://claim/path`). Both are read-only for the server unless the annotation `storage.kserve.io/readonly` is `false`. A Pod
 * that asks for no model, or that has its initializer already, comes back as it is.
 */
export function mutatePod(pod: Pod, { config, delivery }: PodMutation): Pod {
  const [{ uri } = { uri: undefined }] = delivery.sources;
  if (uri === undefined || pod.spec.initContainers?.some(({ name }) => name === storageInitializerContainer))
    return pod;
  const readOnly = pod.metadata.annotations?.[storageReadonlyAnnotation] !== 'false';
  if (uri.startsWith('pvc://')) return withClaim(pod, uri, readOnly);
  const server = pod.spec.containers.find(({ name }) => name === predictorContainer);
  const initializer: Container = {
    name: storageInitializerContainer,
    image: config.storageInitializer.image,
    args: [uri, modelMountPath],
    ...(delivery.env.length > 0 ? { env: [...delivery.env] } : {}),
    resources: resourcesOf(config),
    volumeMounts: [{ name: provisionVolume, mountPath: modelMountPath }],
    // What it says about a failed download is the reason that the service shows.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...(server?.securityContext ? { securityContext: server.securityContext } : {}),
  };
  const mounted = withVolume(
    pod,
    { name: provisionVolume, emptyDir: {} },
    { name: provisionVolume, mountPath: modelMountPath, readOnly },
  );
  return {
    ...mounted,
    spec: { ...mounted.spec, initContainers: [...(mounted.spec.initContainers ?? []), initializer] },
  };
}

function withClaim(pod: Pod, uri: string, readOnly: boolean): Pod {
  const [claimName = '', ...path] = uri.slice('pvc://'.length).split('/');
  const subPath = path.join('/').replace(/^\/+|\/+$/g, '');
  return withVolume(
    pod,
    { name: claimVolume, persistentVolumeClaim: { claimName, readOnly: false } },
    { name: claimVolume, mountPath: modelMountPath, readOnly, ...(subPath ? { subPath } : {}) },
  );
}

/** The volume, mounted into the containers that read models; a mount of the user's at the same path stays. */
function withVolume(pod: Pod, volume: Volume, mount: VolumeMount): Pod {
  const containers = pod.spec.containers.map((container) => {
    const reads = container.name === predictorContainer || container.name === transformerContainer;
    const taken = container.volumeMounts?.some(({ mountPath }) => mountPath === mount.mountPath);
    return reads && !taken ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container;
  });
  const volumes = pod.spec.volumes ?? [];
  const known = volumes.some(({ name }) => name === volume.name);
  return { ...pod, spec: { ...pod.spec, containers, volumes: known ? volumes : [...volumes, volume] } };
}

function resourcesOf({ storageInitializer }: ServingConfig): Container['resources'] {
  const { cpuRequest, memoryRequest, cpuLimit, memoryLimit } = storageInitializer;
  return { requests: { cpu: cpuRequest, memory: memoryRequest }, limits: { cpu: cpuLimit, memory: memoryLimit } };
}
