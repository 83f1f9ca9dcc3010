import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersistentVolume } from '@serval/kube/objects';
import type { VolumeSource } from './prepare.ts';

/** `spec.csi.driver` of volumes that the node keeps as directories of its own. */
const localDriver = 'node.platform.serval.dev';

/**
 * Removes the directory of a volume that was made for a claim, once both are gone. A claim of the same name that has
 * come since keeps what it finds.
 * @returns whether the directory was removed
 */
export async function removeClaimDirectory(
  claimVolumes: string,
  volume: PersistentVolume,
  source: Pick<VolumeSource, 'claim'>,
): Promise<boolean> {
  const { claimRef, csi } = volume.spec as PersistentVolume['spec'] & { csi?: { driver?: string } };
  const { namespace = '', name = '' } = claimRef ?? {};
  const nameable = [namespace, name].every((part) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(part));
  if (csi?.driver !== localDriver || volume.spec.persistentVolumeReclaimPolicy !== 'Delete' || !nameable) return false;
  if (await source.claim(namespace, name)) return false;
  await rm(join(claimVolumes, namespace, name), { recursive: true, force: true, maxRetries: 5 });
  return true;
}
