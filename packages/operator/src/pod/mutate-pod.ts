import type { Container, Pod, Volume, VolumeMount } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Delivery } from '../credentials/delivery.ts';
import type { Source } from '../credentials/storage-request.ts';
import {
  claimVolume,
  modelMountPath,
  predictorContainer,
  provisionVolume,
  storageCheckAnnotation,
  storageInitializerContainer,
  storageReadonlyAnnotation,
  transformerContainer,
  workerContainer,
} from '../names.ts';
import { commonFolder } from './common-folder.ts';
import { withSchema } from './model-schema.ts';
import { storageInitializer } from './storage-initializer.ts';
import { withEnv, withMount } from './with-missing.ts';

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
  const { sources, listed, trust, schema } = delivery;
  if (sources.length === 0 || pod.spec.initContainers?.some(({ name }) => name === storageInitializerContainer)) {
    return pod;
  }
  const readOnly = pod.metadata.annotations?.[storageReadonlyAnnotation] !== 'false';
  const claims = sources.filter(isClaim);
  const downloads = sources.filter((source) => !isClaim(source));
  const mounted = claims.reduce((all, claim, index) => withClaim(all, claim, index, readOnly), pod);
  const withClaims = schema ? withSchema(mounted, schema) : mounted;
  const fetched = [...downloads, ...(schema && !isClaim(schema) ? [schema] : [])];
  if (fetched.length === 0) return withClaims;
  // One source may be in a list, too: then its folder is what the list says.
  const folder = listed ? commonFolder(downloads.map(({ mountPath }) => mountPath)) : modelMountPath;
  const provided = withVolume(
    withClaims,
    { name: provisionVolume, emptyDir: {} },
    { name: provisionVolume, mountPath: folder, readOnly },
  );
  const server = pod.spec.containers.find(({ name }) => name === predictorContainer || name === workerContainer);
  const onlyChecks = pod.metadata.annotations?.[storageCheckAnnotation] === 'true';
  const initializer = storageInitializer(fetched, folder, server, delivery, config, onlyChecks);
  const own = provided.spec.volumes ?? [];
  const volumes = [...delivery.volumes, ...(trust ? [trust.volume] : [])];
  return {
    ...provided,
    spec: {
      ...provided.spec,
      initContainers: [...(provided.spec.initContainers ?? []), initializer],
      containers: trust
        ? provided.spec.containers.map((container) => (isReader(container) ? trusting(container, trust) : container))
        : provided.spec.containers,
      volumes: [...own, ...volumes.filter(({ name }) => !own.some((other) => other.name === name))],
    },
  };
}

function isClaim({ uri }: Source): boolean {
  return uri.startsWith('pvc://');
}

/** Containers that read models, and may fetch more of what goes with them. */
function isReader({ name }: Container): boolean {
  return name === predictorContainer || name === transformerContainer || name === workerContainer;
}

function trusting(container: Container, { server }: NonNullable<Delivery['trust']>): Container {
  return server.volumeMounts.reduce(withMount, withEnv(container, server.env));
}

function withClaim(pod: Pod, { uri, mountPath }: Source, index: number, readOnly: boolean): Pod {
  const [claimName = '', ...path] = uri.slice('pvc://'.length).split('/');
  const subPath = path.join('/').replace(/^\/+|\/+$/g, '');
  const name = index === 0 ? claimVolume : `${claimVolume}-${index}`;
  return withVolume(
    pod,
    { name, persistentVolumeClaim: { claimName, readOnly: false } },
    { name, mountPath, readOnly, ...(subPath ? { subPath } : {}) },
  );
}

/** The volume, mounted into the containers that read models; a mount of the user's at the same path stays. */
function withVolume(pod: Pod, volume: Volume, mount: VolumeMount): Pod {
  const containers = pod.spec.containers.map((container) =>
    isReader(container) ? withMount(container, mount) : container,
  );
  const volumes = pod.spec.volumes ?? [];
  const known = volumes.some(({ name }) => name === volume.name);
  return { ...pod, spec: { ...pod.spec, containers, volumes: known ? volumes : [...volumes, volume] } };
}
