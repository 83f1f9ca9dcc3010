import type { Client } from '@serval/kube/client';
import { defineResource, type KubeObject } from '@serval/kube/objects';

const clusterTrustBundles = defineResource<KubeObject>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  plural: 'clustertrustbundles',
  kind: 'ClusterTrustBundle',
  namespaced: false,
});

/**
 * The bundle of `name:NAME`, or one of `signer:SIGNER`; whichever is there shows that the cluster serves them, with a kubelet that can
 * mount them. A cluster that does not serve them answers 404, as for a name that is not there.
 */
export async function readClusterTrustBundle(
  client: Client,
  id: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const [, how, what = ''] = /^(name|signer):(.*)$/s.exec(id) ?? [];
  if (how === 'name') return await client.get(clusterTrustBundles, { name: what }, { signal });
  const { items } = await client.list(clusterTrustBundles, {
    fieldSelector: `spec.signerName=${what}`,
    limit: 1,
    signal,
  });
  return items[0];
}
