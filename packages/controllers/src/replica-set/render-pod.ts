import { controllerReference, type KubeObject, type Pod, type PodTemplateSpec } from '@serval/kube/objects';

/** A Pod of a template, controlled by `owner` (`GetPodFromTemplate`). */
export function renderPod(owner: KubeObject, { metadata, spec }: PodTemplateSpec): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(metadata?.finalizers ? { finalizers: metadata.finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
}
