import type { AnyObject } from '@serval/kube/objects';
import { column, wide } from '../table/cells.ts';
import { setDefaults } from './defaults/set-defaults.ts';
import type { KindRow } from './define.ts';
import { immutable } from './validation.ts';

const modeNames: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const claims: KindRow = {
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  status: true,
  generation: 'none',
  columns: [
    column('Status', (object) => (object.metadata.deletionTimestamp ? 'Terminating' : object['status']?.phase)),
    column('Volume', (object) => object['spec']?.volumeName),
    column('Capacity', (object) =>
      object['spec']?.volumeName ? String(object['status']?.capacity?.storage ?? '') : '',
    ),
    column('Access Modes', (object) => (object['spec']?.volumeName ? accessModes(object['status']?.accessModes) : '')),
    column('StorageClass', (object) => object['spec']?.storageClassName),
    column('VolumeAttributesClass', (object) => object['spec']?.volumeAttributesClassName ?? '<unset>'),
  ],
  wideColumns: [wide('VolumeMode', (object) => object['spec']?.volumeMode ?? '<unset>')],
  strategy: {
    defaults: (draft) => setDefaults(draft['spec'], { volumeMode: 'Filesystem' }),
    prepareForCreate(draft) {
      draft['status'] = { phase: 'Pending' };
    },
    validate: (object, old) =>
      old
        ? immutable(
            'spec',
            fixedClaim(object),
            fixedClaim(old),
            'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
          )
        : [],
  },
};

const volumes: KindRow = {
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  clusterScoped: true,
  shortNames: ['pv'],
  status: true,
  generation: 'none',
  columns: [
    column('Capacity', (object) => String(object['spec']?.capacity?.storage ?? '')),
    column('Access Modes', (object) => accessModes(object['spec']?.accessModes)),
    column('Reclaim Policy', (object) => object['spec']?.persistentVolumeReclaimPolicy),
    column('Status', (object) => (object.metadata.deletionTimestamp ? 'Terminating' : object['status']?.phase)),
    column('Claim', (object) => claimText(object)),
    column('StorageClass', (object) => object['spec']?.storageClassName),
    column('VolumeAttributesClass', (object) => object['spec']?.volumeAttributesClassName ?? '<unset>'),
    column('Reason', (object) => object['status']?.reason),
  ],
  wideColumns: [wide('VolumeMode', (object) => object['spec']?.volumeMode ?? '<unset>')],
  strategy: {
    defaults(draft) {
      setDefaults(draft['spec'], { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
      setDefaults(draft['spec']?.hostPath, { type: '' });
    },
    prepareForCreate(draft) {
      draft['status'] = { phase: 'Pending' };
    },
  },
};

const storageClasses: KindRow = {
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  plural: 'storageclasses',
  clusterScoped: true,
  shortNames: ['sc'],
  columns: [
    column('Provisioner', (object) => object['provisioner']),
    column('ReclaimPolicy', (object) => object['reclaimPolicy'] ?? 'Delete'),
    column('VolumeBindingMode', (object) => object['volumeBindingMode'] ?? 'Immediate'),
    column('AllowVolumeExpansion', (object) => object['allowVolumeExpansion'] ?? false),
  ],
  strategy: {
    defaults: (draft) => setDefaults(draft, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  },
};

export const storageRows: readonly KindRow[] = [claims, volumes, storageClasses];

function accessModes(modes: string[] | undefined): string {
  return (modes ?? []).map((mode) => modeNames[mode] ?? mode).join(',');
}

function claimText(object: AnyObject): string {
  const reference = object['spec']?.claimRef;
  return reference ? `${reference.namespace}/${reference.name}` : '';
}

function fixedClaim(object: AnyObject): unknown {
  const {
    resources: _resources,
    volumeName: _volume,
    volumeAttributesClassName: _class,
    storageClassName: _storage,
    ...rest
  } = object['spec'] ?? {};
  return rest;
}
