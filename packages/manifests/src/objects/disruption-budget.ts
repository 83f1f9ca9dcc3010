import type { AnyObject } from '@serval/kube/objects';
import { operatorLabels, operatorName } from '@serval/operator/declarations';

/** Nodes are drained one operator at a time. `maxUnavailable`, so that a single replica does not keep a node from being drained. */
export function operatorDisruptionBudget(namespace: string): AnyObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name: operatorName, labels: { ...operatorLabels } },
    spec: { maxUnavailable: 1, selector: { matchLabels: { ...operatorLabels } } },
  };
}
