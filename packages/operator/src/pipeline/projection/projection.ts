import type { Deployment } from '@serval/kube/objects';
import { compileDockerConfig } from '../registry/compile-docker-config.ts';
import { imagesOfPod, needsCredential } from '../registry/images-of-pod.ts';
import type { EffectiveKey } from '../registry/resolve-registry.ts';

/** The docker config that a namespace gets; undefined where none of what runs there needs one. */
export function contentFor(
  keys: readonly EffectiveKey[],
  deployments: readonly Deployment[],
  namespace: string,
): string | undefined {
  if (keys.length === 0) return undefined;
  const images = deployments
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .flatMap(({ spec: { template } }) => imagesOfPod(template, namespace));
  return needsCredential([...new Set(images)], keys) ? compileDockerConfig(keys) : undefined;
}
