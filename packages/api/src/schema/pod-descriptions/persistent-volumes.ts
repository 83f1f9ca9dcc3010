import type { Descriptions } from './descriptions.ts';
import { storageSourceDescriptions } from './storage-sources.ts';
import { volumeSources } from './volumes.ts';

/** Sources that make no sense beyond a Pod. */
const onlyInPods: ReadonlySet<string> = new Set([
  'configMap',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'gitRepo',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
const readOnly = 'Mount it read-only. Default false.';

/** Those of a source of Pods with the same fields, and some more. */
function like(source: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...storageSourceDescriptions[source], ...more };
}

export const persistentVolumeDescriptions: Descriptions = {
  PersistentVolumeSpec: {
    ...Object.fromEntries(Object.entries(volumeSources).filter(([name]) => !onlyInPods.has(name))),
    local: 'A disk or directory of one node.',
    csi: 'A volume of a CSI driver.',
    capacity: 'Size of the volume, as {storage: 10Gi}.',
    accessModes: 'ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.',
    claimRef: 'The claim that the volume belongs to.',
    persistentVolumeReclaimPolicy: 'Retain (default) or Delete: what becomes of the data when the claim goes.',
    storageClassName: 'StorageClass of the volume; empty: none.',
    mountOptions: 'Options of mount.',
    volumeMode: 'Filesystem (default) or Block.',
    nodeAffinity: 'Nodes that can reach the volume.',
    volumeAttributesClassName: 'VolumeAttributesClass of the volume.',
  },
  LocalVolumeSource: { path: 'Path on the node.', fsType: 'File system, if it is a disk. Default: what is found.' },
  VolumeNodeAffinity: { required: 'Terms that a node must meet.' },
  CSIPersistentVolumeSource: {
    driver: 'Name of the CSI driver.',
    volumeHandle: 'Name of the volume to the driver.',
    readOnly,
    fsType: 'File system. Default: that of the driver.',
    volumeAttributes: 'Settings for the driver.',
    controllerPublishSecretRef: 'Secret for attaching the volume to a node.',
    nodeStageSecretRef: 'Secret for preparing the volume on a node.',
    nodePublishSecretRef: 'Secret for mounting the volume.',
    controllerExpandSecretRef: 'Secret for making the volume larger.',
    nodeExpandSecretRef: 'Secret for making its file system larger.',
  },
  GlusterfsPersistentVolumeSource: like('GlusterfsVolumeSource', {
    endpointsNamespace: 'Namespace of the endpoints. Default: that of the claim.',
  }),
  AzureFilePersistentVolumeSource: like('AzureFileVolumeSource', {
    secretNamespace: 'Namespace of the Secret. Default: that of the Pod.',
  }),
  RBDPersistentVolumeSource: like('RBDVolumeSource'),
  ISCSIPersistentVolumeSource: like('ISCSIVolumeSource'),
  CinderPersistentVolumeSource: like('CinderVolumeSource'),
  CephFSPersistentVolumeSource: like('CephFSVolumeSource'),
  FlexPersistentVolumeSource: like('FlexVolumeSource'),
  ScaleIOPersistentVolumeSource: like('ScaleIOVolumeSource'),
  StorageOSPersistentVolumeSource: like('StorageOSVolumeSource'),
  SecretReference: { name: 'Name of the Secret.', namespace: 'Its namespace.' },
  ObjectReference: {
    apiVersion: 'API version.',
    kind: 'Kind.',
    namespace: 'Namespace.',
    name: 'Name.',
    uid: 'UID of exactly this object.',
    resourceVersion: 'Version of the object.',
    fieldPath: 'Part of the object that is meant.',
  },
};
