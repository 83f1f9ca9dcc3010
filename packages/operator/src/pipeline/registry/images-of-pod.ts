import type { Pod } from '@serval/kube/objects';
import { matchRegistryEntries, parseImageReference } from '@serval/storage/registry-credentials';
import { storageRequestOf } from '../../credentials/storage-request.ts';
import type { EffectiveKey } from './resolve-registry.ts';

/** A Pod, or the template of one. */
export interface PodLike {
  readonly metadata?: Pod['metadata'];
  readonly spec: Pod['spec'];
}

const ociScheme = 'oci://';

/** What a Pod pulls, as `REGISTRY/REPOSITORY`: the images of its containers, and models that are images (`oci://`). */
export function imagesOfPod(pod: PodLike, namespace: string): string[] {
  const { containers = [], initContainers = [] } = pod.spec;
  const images = [...containers, ...initContainers].map(({ image = '' }) => image);
  return [...new Set([...namesOf(images), ...modelImagesOfPod(pod, namespace)])];
}

/** Of them, those that the storage initializer fetches. */
export function modelImagesOfPod(pod: PodLike, namespace: string): string[] {
  const sources = storageRequestOf(pod, namespace)?.sources ?? [];
  return namesOf(sources.flatMap(({ uri }) => (uri.startsWith(ociScheme) ? [uri.slice(ociScheme.length)] : [])));
}

/** Whether a kubelet would try one of the keys for one of the images. */
export function needsCredential(images: readonly string[], keys: readonly EffectiveKey[]): boolean {
  const entries = keys.map(({ key, credential }) => ({ key, credential, origin: '' }));
  return images.some((image) => matchRegistryEntries(entries, image).length > 0);
}

function namesOf(images: readonly string[]): string[] {
  return images.flatMap((image) => {
    const reference = parseImageReference(image);
    return reference ? [`${reference.registry}/${reference.repository}`] : [];
  });
}
