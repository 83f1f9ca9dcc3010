import type { KubeObject } from '@serval/kube/objects';

/** What makes an object one of its kind: `Deployment.apps serval-system/serval-operator`. Versions make no difference. */
export function objectKey({ apiVersion, kind, metadata }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${apiVersion.slice(0, slash)}`;
  return `${kind}${group} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name ?? ''}`;
}
