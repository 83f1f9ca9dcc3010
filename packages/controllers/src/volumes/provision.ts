import type { PersistentVolume, PersistentVolumeClaim } from '@serval/kube/objects';

/** Class of claims that name none. */
const localClass = 'serval-local';
/** The node keeps such a volume as a directory of its own, named by the claim. */
export const localDriver = 'node.platform.serval.dev';

/** A volume made for one claim; it goes with the claim. */
export function renderVolume({ metadata, spec }: PersistentVolumeClaim): PersistentVolume {
  const { namespace, name, uid } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': localDriver } },
    spec: {
      capacity: { storage: spec.resources?.requests?.['storage'] ?? '1Gi' },
      accessModes: spec.accessModes ?? ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: spec.storageClassName ?? localClass,
      csi: { driver: localDriver, volumeHandle: `${namespace}/${name}` },
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
  };
}
