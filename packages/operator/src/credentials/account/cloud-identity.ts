import type { StoreKind } from '@serval/api';
import type { ServiceAccount } from '@serval/kube/objects';

/** By them the webhooks and agents of a cloud let a ServiceAccount act as somebody there; what that is called for the store it opens. */
const annotations: readonly (readonly [name: string, store: StoreKind])[] = [
  ['eks.amazonaws.com/role-arn', 's3'],
  ['iam.gke.io/gcp-service-account', 'gs'],
  ['azure.workload.identity/client-id', 'azure'],
];

/** The stores for which a ServiceAccount has an identity of its cloud: no Secret is there for them. */
export function cloudIdentities(account: ServiceAccount | undefined): StoreKind[] {
  const told = account?.metadata.annotations ?? {};
  return annotations.flatMap(([name, store]) => (told[name] ? [store] : []));
}
