import { projectionLabel, pullSecretName } from './names.ts';
import type { NamespaceCredentialsSource } from './namespace-credentials.ts';
import type { ProjectedSecrets } from './projection/projected-secrets.ts';
import { imagesOfPod, modelImagesOfPod, needsCredential, type PodLike } from './registry/images-of-pod.ts';

interface PullSecret {
  readonly name: string;
  /** Whether the storage initializer is to read it too. */
  readonly fetchesImages: boolean;
}

export type PullSecretFor = (pod: PodLike, namespace: string, signal: AbortSignal) => Promise<PullSecret | undefined>;

/**
 * Decides by the same keys as the projection, so that a Pod names the Secret exactly where there is one. A Secret of that name that is
 * somebody else's is never given to a Pod.
 */
export function createPullSecretFor(
  credentials: NamespaceCredentialsSource,
  projected: ProjectedSecrets,
): PullSecretFor {
  return async (pod, namespace, signal) => {
    const { resolution } = await credentials.of(namespace, signal);
    const { effective } = resolution;
    if (effective.length === 0 || !needsCredential(imagesOfPod(pod, namespace), effective)) return undefined;
    const live = projected.get(namespace);
    if (live && live.secret.metadata.labels?.[projectionLabel] !== 'true') return undefined;
    return { name: pullSecretName, fetchesImages: needsCredential(modelImagesOfPod(pod, namespace), effective) };
  };
}
