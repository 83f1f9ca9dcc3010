import type { Cache } from '@serval/kube/client';
import type { Deployment } from '@serval/kube/objects';
import { pullSecretName } from '../names.ts';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import type { ProjectedContent } from '../projection/plan-projection.ts';
import type { ProjectedSecrets } from '../projection/projected-secrets.ts';
import type { Projection } from '../projection/projection.ts';
import { createWriteRefusals } from '../projection/write-refusals.ts';
import { compileDockerConfig } from './compile-docker-config.ts';
import { imagesOfPod, needsCredential } from './images-of-pod.ts';
import type { EffectiveKey } from './resolve-registry.ts';

export const pullSecretShape = { name: pullSecretName, type: 'kubernetes.io/dockerconfigjson' } as const;

export interface RegistryProjectionDeps {
  readonly credentials: NamespaceCredentialsSource;
  /** Of services, their labels and templates. */
  readonly deployments: Cache<Deployment>;
  readonly projected: ProjectedSecrets;
}

/** The docker config of a namespace. */
export function createRegistryProjection({
  credentials,
  deployments,
  projected,
}: RegistryProjectionDeps): Projection<EffectiveKey> {
  return {
    shape: pullSecretShape,
    projected,
    refusals: createWriteRefusals(),
    resolve: async (namespace, signal) => (await credentials.of(namespace, signal)).resolution,
    contentFor: async (keys, namespace) => contentFor(keys, deployments.list({ namespace }), namespace),
  };
}

function contentFor(
  keys: readonly EffectiveKey[],
  deployments: readonly Deployment[],
  namespace: string,
): ProjectedContent | undefined {
  if (keys.length === 0) return undefined;
  const images = deployments
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .flatMap(({ spec: { template } }) => imagesOfPod(template, namespace));
  return needsCredential([...new Set(images)], keys) ? { '.dockerconfigjson': compileDockerConfig(keys) } : undefined;
}
