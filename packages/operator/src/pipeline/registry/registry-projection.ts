import { pullSecretName } from '../names.ts';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import type { ProjectedContent } from '../projection/plan-projection.ts';
import type { ProjectedSecrets } from '../projection/projected-secrets.ts';
import type { Projection } from '../projection/projection.ts';
import { createWriteRefusals } from '../projection/write-refusals.ts';
import type { Resolution } from '../resolution.ts';
import type { Workload, Workloads } from '../workloads.ts';
import { compileDockerConfig } from './compile-docker-config.ts';
import { imagesOfPod, needsCredential } from './images-of-pod.ts';
import type { EffectiveKey } from './resolve-registry.ts';

export const pullSecretShape = { name: pullSecretName, type: 'kubernetes.io/dockerconfigjson' } as const;

export interface RegistryProjectionDeps {
  readonly credentials: NamespaceCredentialsSource;
  readonly workloads: Workloads;
  readonly projected: ProjectedSecrets;
}

/** The docker config of a namespace. */
export function createRegistryProjection({
  credentials,
  workloads,
  projected,
}: RegistryProjectionDeps): Projection<Resolution<EffectiveKey>> {
  return {
    shape: pullSecretShape,
    projected,
    refusals: createWriteRefusals(),
    resolve: async (namespace, signal) => (await credentials.of(namespace, signal)).resolution,
    contentFor: async ({ effective }, namespace) =>
      // Where there is nothing to give, as on most clusters, workloads are not gone through at each of their changes.
      effective.length === 0 ? undefined : contentFor(effective, workloads.of(namespace), namespace),
  };
}

function contentFor(
  keys: readonly EffectiveKey[],
  workloads: readonly Workload[],
  namespace: string,
): ProjectedContent | undefined {
  const images = workloads.flatMap(({ pod }) => imagesOfPod(pod, namespace));
  if (!needsCredential([...new Set(images)], keys)) return undefined;
  return { '.dockerconfigjson': Buffer.from(compileDockerConfig(keys)).toString('base64') };
}
