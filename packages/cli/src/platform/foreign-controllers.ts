import type { Client } from '@serval/kube/client';
import { isStatusError, leases, nodes } from '@serval/kube/objects';

/** Clocks of machines may differ, and a manager that has just been started is one all the same. */
const staleAfterMs = 5 * 60_000;

/**
 * What shows that somebody else runs controllers on an API server: a controller manager that renews its Lease, or a Node
 * that is ready and not ours (k3s, for one, holds no Lease). Nothing on a bare API server.
 */
export async function findForeignControllers(
  client: Client,
  ownNode: string,
  nowMs: number,
): Promise<string | undefined> {
  const name = { namespace: 'kube-system', name: 'kube-controller-manager' };
  const lease = await client.get(leases, name).catch((error: unknown) => {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  });
  const renewedMs = Date.parse(lease?.spec.renewTime ?? '');
  if (lease?.spec.holderIdentity && nowMs - renewedMs < staleAfterMs)
    return 'Lease kube-system/kube-controller-manager';
  const ready = (await client.list(nodes)).items.find(
    ({ metadata, status }) =>
      metadata.name !== ownNode &&
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  return ready && `node ${ready.metadata.name} is ready`;
}
