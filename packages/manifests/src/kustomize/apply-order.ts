import type { AnyObject } from '@serval/kube/objects';
import { objectKey } from '../objects/object-key.ts';

/** What others need comes first, what waits for others last: the order of Kustomize for the kinds that are installed. */
const firstKinds = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'Deployment',
  'PodDisruptionBudget',
];
const lastKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** The same objects in an order in which they can be applied; always the same order for the same objects. */
export function inApplyOrder(objects: readonly AnyObject[]): AnyObject[] {
  return [...objects].sort((a, b) => rank(a) - rank(b) || (objectKey(a) < objectKey(b) ? -1 : 1));
}

function rank({ kind }: AnyObject): number {
  const first = firstKinds.indexOf(kind);
  return first >= 0 ? first - firstKinds.length : 1 + lastKinds.indexOf(kind);
}
