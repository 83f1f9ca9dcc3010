import type { Descriptions } from './descriptions.ts';

const resources = { limits: 'Largest size.', requests: 'Size asked for, as {storage: 10Gi}.' };

export const claimDescriptions: Descriptions = {
  PersistentVolumeClaimTemplate: {
    metadata: 'Labels and annotations of the claim.',
    spec: 'What the claim asks for.',
  },
  PersistentVolumeClaimSpec: {
    accessModes: 'ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.',
    selector: 'Labels of volumes that may be taken.',
    resources: 'Size of the volume.',
    volumeName: 'PersistentVolume to take, if one is meant.',
    storageClassName: 'StorageClass. Absent: the default one. Empty: none.',
    volumeMode: 'Filesystem (default) or Block.',
    dataSource: 'Snapshot or claim that the volume is filled from.',
    dataSourceRef: 'As dataSource, for any kind of source.',
    volumeAttributesClassName: 'VolumeAttributesClass of the volume.',
  },
  VolumeResourceRequirements: resources,
  TypedLocalObjectReference: { apiGroup: 'Group of the kind; absent for core.', kind: 'Kind.', name: 'Name.' },
  TypedObjectReference: {
    apiGroup: 'Group of the kind; absent for core.',
    kind: 'Kind.',
    name: 'Name.',
    namespace: 'Namespace. Default: that of the claim.',
  },
};
