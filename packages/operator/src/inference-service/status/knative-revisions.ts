import type { ComponentStatus } from '@serval/api';
import type { KnativeService } from '@serval/kube/objects';

/**
 * Where a component is reached and who gets which share, in Knative's own words, and which revision last had all of the requests. That one
 * keeps the rest while a newer one is tried, so it is remembered from status to status (KServe's rules):
 *
 * - the newest ready revision becomes it once it has all requests;
 * - when that one is itself to share them, the service is being taken back: it is the one before it again.
 *
 * @param before  what the status of the component was
 */
export function knativeComponentStatus(
  service: KnativeService | undefined,
  before: ComponentStatus | undefined,
): ComponentStatus {
  const { url, address, latestCreatedRevisionName, latestReadyRevisionName, traffic } = service?.status ?? {};
  return {
    ...(url ? { url } : {}),
    ...(address?.url ? { address: { url: address.url } } : {}),
    ...(latestCreatedRevisionName ? { latestCreatedRevision: latestCreatedRevisionName } : {}),
    ...(latestReadyRevisionName ? { latestReadyRevision: latestReadyRevisionName } : {}),
    ...rolledOut(service, before),
    ...(traffic ? { traffic: traffic.map((target) => ({ ...target })) } : {}),
  };
}

type RolledOut = Pick<ComponentStatus, 'latestRolledoutRevision' | 'previousRolledoutRevision'>;

function rolledOut(service: KnativeService | undefined, before: ComponentStatus = {}): RolledOut {
  const { latestRolledoutRevision: latest, previousRolledoutRevision: previous } = before;
  const same: RolledOut = {
    ...(latest ? { latestRolledoutRevision: latest } : {}),
    ...(previous ? { previousRolledoutRevision: previous } : {}),
  };
  const { metadata, status } = service ?? {};
  const ready = status?.latestReadyRevisionName;
  // Shares of an older specification say nothing of who is to have them now.
  if (!ready || (status.observedGeneration ?? 0) < (metadata?.generation ?? 1)) return same;
  const traffic = status.traffic ?? [];
  const newest = traffic.find(({ revisionName, latestRevision }) => revisionName === ready && latestRevision);
  if (!newest) return same;
  if (latest !== ready) {
    if (newest.percent !== 100) return same;
    return { latestRolledoutRevision: ready, ...(latest ? { previousRolledoutRevision: latest } : {}) };
  }
  const ofReady = traffic.filter(({ revisionName }) => revisionName === ready);
  const sharesWithItself =
    (newest.percent ?? 0) < 100 && ofReady.reduce((sum, { percent = 0 }) => sum + percent, 0) === 100;
  const isTakenBack = sharesWithItself && ready === status.latestCreatedRevisionName && previous !== undefined;
  return isTakenBack ? { ...same, latestRolledoutRevision: previous } : same;
}
