import type { KindVersion } from '@serval/api';

/** Paths of the webhooks that are not a kind's. */
export const webhookPaths = {
  mutatePod: '/mutate-pods',
  recordApprover: '/record-approver',
  convert: '/convert',
  validateSecret: '/validate-v1-secret',
  validateConfigMap: '/validate-v1-configmap',
  validateConfig: '/validate-inferenceservice-config',
} as const;

/** Whose object may be written unchecked, rather than not at all, when the check itself fails. */
export const lenientPaths: ReadonlySet<string> = new Set([
  webhookPaths.validateSecret,
  webhookPaths.validateConfigMap,
  webhookPaths.validateConfig,
]);

/** `/mutate-serving-kserve-io-v1beta1-inferenceservice`, as in KServe's configurations. */
export function defaultingPath(kind: KindVersion): string {
  return `/mutate-${kindPath(kind)}`;
}

/** `/validate-serving-kserve-io-v1beta1-inferenceservice`. */
export function validatingPath(kind: KindVersion): string {
  return `/validate-${kindPath(kind)}`;
}

function kindPath({ resource: { group, version, kind } }: KindVersion): string {
  return `${group.replaceAll('.', '-')}-${version}-${kind.toLowerCase()}`;
}
