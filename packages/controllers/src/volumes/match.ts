import { compareQuantities, type PersistentVolume, type PersistentVolumeClaim } from '@serval/kube/objects';

/** The smallest free volume of the claim's class that is large enough and has its access modes. */
export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  return volumes
    .filter((volume) => isFree(volume, claim) && fits(volume, claim))
    .sort((a, b) => {
      const reserved = Number(b.spec.claimRef !== undefined) - Number(a.spec.claimRef !== undefined);
      return reserved || compareQuantities(capacityOf(a), capacityOf(b));
    })[0];
}

/** Not bound to another claim; a volume may be reserved for a claim by name only, before that claim exists. */
export function isFree({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp) return false;
  const { claimRef } = spec;
  if (claimRef === undefined) return true;
  if (claimRef.namespace !== claim.metadata.namespace || claimRef.name !== claim.metadata.name) return false;
  return !claimRef.uid || claimRef.uid === claim.metadata.uid;
}

function fits(volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean {
  if ((volume.spec.storageClassName ?? '') !== (spec.storageClassName ?? '')) return false;
  const modes = volume.spec.accessModes ?? [];
  if (!(spec.accessModes ?? []).every((mode) => modes.includes(mode))) return false;
  return compareQuantities(capacityOf(volume), spec.resources?.requests?.['storage'] ?? 0) >= 0;
}

function capacityOf({ spec }: PersistentVolume): string | number {
  return spec.capacity?.['storage'] ?? 0;
}
