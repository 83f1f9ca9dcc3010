import { type Controller, createController, source } from '@serval/kube/client';
import {
  isStatusError,
  keyOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '@serval/kube/objects';
import { targetOf } from '../shared/claim.ts';
import type { ControllerContext } from '../shared/context.ts';
import { writeStatus } from '../shared/write-status.ts';
import { isFree, matchVolume } from './match.ts';
import { localDriver, renderVolume } from './provision.ts';

/**
 * Binds claims to volumes: to the one that the claim names, else to a free one that fits, else to one made for the claim, which
 * the node keeps as a directory. Only a claim of class `""` waits until somebody makes a volume for it.
 */
export function startVolumeController({ client, caches, clock, log, recorder }: ControllerContext): Controller {
  const events = recorder('persistentvolume-controller');

  return createController({
    name: 'volumes',
    // One at a time: two claims must not get the same volume.
    concurrency: 1,
    log,
    clock,
    sources: [
      source(caches.persistentVolumeClaims, ({ object }) => [
        keyOf(object.metadata),
        ...(object.spec.volumeName ? [object.spec.volumeName] : []),
      ]),
      source(caches.persistentVolumes, ({ object }) => [...keysOfVolume(object)]),
    ],
    reconcile: ({ namespace, name }, signal) =>
      namespace === '' ? reconcileVolume(name, signal) : reconcileClaim(namespace, name, signal),
  });

  async function reconcileClaim(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const claim = caches.persistentVolumeClaims.get(namespace, name);
    if (claim === undefined || claim.metadata.deletionTimestamp) return;
    const volume = await volumeFor(claim, signal);
    if (volume === undefined) {
      const lost = claim.status?.phase === 'Bound';
      await writeStatus(
        client,
        persistentVolumeClaims,
        claim,
        { ...claim.status, phase: lost ? 'Lost' : 'Pending' },
        signal,
      );
      return;
    }
    if (!volume.spec.claimRef?.uid) {
      const { uid } = claim.metadata;
      const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid };
      const patch = { metadata: { resourceVersion: volume.metadata.resourceVersion }, spec: { claimRef } };
      await client.patch(persistentVolumes, targetOf(volume.metadata), 'merge', patch, { signal });
    }
    let bound = claim;
    if (claim.spec.volumeName !== volume.metadata.name) {
      const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
      const patch = { metadata: { uid: claim.metadata.uid, annotations }, spec: { volumeName: volume.metadata.name } };
      bound = await client.patch(persistentVolumeClaims, targetOf(claim.metadata), 'merge', patch, { signal });
    }
    const { accessModes, capacity } = volume.spec;
    const status = {
      phase: 'Bound' as const,
      ...(accessModes ? { accessModes } : {}),
      ...(capacity ? { capacity } : {}),
    };
    await writeStatus(client, persistentVolumeClaims, bound, { ...bound.status, ...status }, signal);
  }

  async function volumeFor(claim: PersistentVolumeClaim, signal: AbortSignal): Promise<PersistentVolume | undefined> {
    const { volumeName, storageClassName } = claim.spec;
    if (volumeName) {
      const named = caches.persistentVolumes.get('', volumeName);
      if (named) return isFree(named, claim) ? named : undefined;
      if (volumeName !== `pvc-${claim.metadata.uid}`) return undefined;
    }
    const matching = matchVolume(claim, caches.persistentVolumes.list());
    if (matching) return matching;
    if (storageClassName === '') {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      if (claim.status?.phase !== 'Pending') events.record(claim, 'Normal', 'FailedBinding', message);
      return undefined;
    }
    const wanted = renderVolume(claim);
    try {
      const volume = await client.create(persistentVolumes, wanted, { signal });
      events.record(
        claim,
        'Normal',
        'ProvisioningSucceeded',
        `Successfully provisioned volume ${volume.metadata.name}`,
      );
      return volume;
    } catch (error) {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
      return await client.get(persistentVolumes, targetOf(wanted.metadata), { signal });
    }
  }

  async function reconcileVolume(name: string, signal: AbortSignal): Promise<void> {
    const volume = caches.persistentVolumes.get('', name);
    if (volume === undefined || volume.metadata.deletionTimestamp) return;
    const { claimRef, csi, persistentVolumeReclaimPolicy } = volume.spec as typeof volume.spec & {
      csi?: { driver?: string };
    };
    const claim = claimRef && caches.persistentVolumeClaims.get(claimRef.namespace ?? '', claimRef.name ?? '');
    const isBound = claim !== undefined && claimRef?.uid === claim.metadata.uid;
    const isReleased = Boolean(claimRef?.uid) && !isBound;
    if (isReleased && csi?.driver === localDriver && persistentVolumeReclaimPolicy === 'Delete') {
      // The cache of claims may be behind that of volumes.
      if (await claimExists(claimRef, signal)) return;
      const preconditions = { uid: volume.metadata.uid ?? '' };
      await client.delete(persistentVolumes, { name }, { preconditions, signal });
      return;
    }
    const phase = isBound ? 'Bound' : isReleased ? 'Released' : 'Available';
    await writeStatus(client, persistentVolumes, volume, { ...volume.status, phase }, signal);
  }

  async function claimExists(reference: PersistentVolume['spec']['claimRef'], signal: AbortSignal): Promise<boolean> {
    const { namespace = '', name = '', uid } = reference ?? {};
    try {
      return (await client.get(persistentVolumeClaims, { namespace, name }, { signal })).metadata.uid === uid;
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return false;
      throw error;
    }
  }

  /** The volume itself, its claim, and the claims that wait for one. */
  function keysOfVolume({ metadata, spec }: PersistentVolume): string[] {
    const claims = caches.persistentVolumeClaims
      .list()
      .filter(({ status, spec: claim }) => status?.phase !== 'Bound' || claim.volumeName === metadata.name);
    const claim = spec.claimRef ? [keyOf(spec.claimRef)] : [];
    return [metadata.name ?? '', ...claim, ...claims.map((found) => keyOf(found.metadata))];
  }
}
