import type { AnyObject } from '@serval/kube/objects';
import { partOfLabels } from '@serval/operator/declarations';

/**
 * Where the operator lives. Whatever else is put there is held to the Pod Security Standard "baseline" (data planes of gateways, which
 * some implementations put beside the Gateway, meet it), and warned about below "restricted".
 */
export function namespaceObject(name: string): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...partOfLabels,
        'pod-security.kubernetes.io/enforce': 'baseline',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  };
}
