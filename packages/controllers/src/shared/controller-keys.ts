import { type KubeObject, keyOf } from '@serval/kube/objects';

/** The key of the object's controller, when that is of the given kind. */
export function controllerKeys({ metadata }: KubeObject, kind: string): string[] {
  const controller = metadata.ownerReferences?.find((reference) => reference.controller);
  return controller?.kind === kind ? [keyOf({ namespace: metadata.namespace ?? '', name: controller.name })] : [];
}
