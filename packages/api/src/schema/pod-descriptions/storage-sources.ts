import type { Descriptions } from './descriptions.ts';

const fsType = 'File system. Default ext4.';
const readOnly = 'Mount it read-only. Default false.';
const secretRef = 'Secret with the credentials.';
const partition = 'Partition to mount. Default: the whole disk.';
const volumeID = 'Identifier of the volume.';
const user = 'User to connect as.';
const monitors = 'Addresses of the Ceph monitors.';

/** Sources of volumes that few Pods name: disks of clouds and storage systems. */
export const storageSourceDescriptions: Descriptions = {
  AWSElasticBlockStoreVolumeSource: { volumeID, fsType, partition, readOnly },
  AzureDiskVolumeSource: {
    diskName: 'Name of the disk.',
    diskURI: 'URI of the disk.',
    cachingMode: 'None, ReadOnly or ReadWrite.',
    fsType,
    readOnly,
    kind: 'Shared, Dedicated or Managed.',
  },
  AzureFileVolumeSource: { secretName: secretRef, shareName: 'Name of the share.', readOnly },
  CephFSVolumeSource: {
    monitors,
    path: 'Directory to mount. Default /.',
    user: 'User to connect as. Default admin.',
    secretFile: 'File with the key on the node.',
    secretRef,
    readOnly,
  },
  CinderVolumeSource: { volumeID, fsType, readOnly, secretRef },
  FCVolumeSource: {
    targetWWNs: 'World wide names of targets.',
    lun: 'Number of the unit.',
    wwids: 'World wide identifiers, in place of targets and unit.',
    fsType,
    readOnly,
  },
  FlexVolumeSource: {
    driver: 'Name of the driver.',
    fsType: 'File system. Default: that of the driver.',
    secretRef,
    readOnly,
    options: 'Settings for the driver.',
  },
  FlockerVolumeSource: { datasetName: 'Name of the data set.', datasetUUID: 'Identifier of the data set.' },
  GCEPersistentDiskVolumeSource: { pdName: 'Name of the disk.', fsType, partition, readOnly },
  GitRepoVolumeSource: {
    repository: 'URL of the repository.',
    revision: 'Commit to check out.',
    directory: 'Directory to clone into.',
  },
  GlusterfsVolumeSource: { endpoints: 'Endpoints of the servers.', path: 'Name of the volume.', readOnly },
  ISCSIVolumeSource: {
    targetPortal: 'Address of the portal, with a port other than 3260.',
    portals: 'Further portals.',
    iqn: 'Qualified name of the target.',
    lun: 'Number of the unit.',
    iscsiInterface: 'Interface to use. Default: default.',
    initiatorName: 'Qualified name of the initiator.',
    fsType,
    readOnly,
    chapAuthDiscovery: 'Use CHAP for discovery.',
    chapAuthSession: 'Use CHAP for the session.',
    secretRef,
  },
  PhotonPersistentDiskVolumeSource: { pdID: 'Identifier of the disk.', fsType },
  PortworxVolumeSource: { volumeID, fsType, readOnly },
  QuobyteVolumeSource: {
    registry: 'Addresses of the registry.',
    volume: 'Name of the volume.',
    readOnly,
    user,
    group: 'Group to connect as.',
    tenant: 'Owner of the volume.',
  },
  RBDVolumeSource: {
    monitors,
    image: 'Name of the image.',
    pool: 'Pool of the image. Default rbd.',
    user: 'User to connect as. Default admin.',
    keyring: 'Key ring on the node. Default /etc/ceph/keyring.',
    fsType,
    secretRef,
    readOnly,
  },
  ScaleIOVolumeSource: {
    gateway: 'Address of the gateway.',
    system: 'Name of the system.',
    secretRef,
    sslEnabled: 'Connect with TLS. Default false.',
    protectionDomain: 'Protection domain.',
    storagePool: 'Storage pool.',
    storageMode: 'ThinProvisioned (default) or ThickProvisioned.',
    volumeName: 'Name of the volume.',
    fsType: 'File system. Default xfs.',
    readOnly,
  },
  StorageOSVolumeSource: {
    volumeName: 'Name of the volume.',
    volumeNamespace: 'Its namespace. Default: that of the Pod.',
    fsType,
    readOnly,
    secretRef,
  },
  VsphereVirtualDiskVolumeSource: {
    volumePath: 'Path of the disk.',
    fsType,
    storagePolicyName: 'Name of its storage policy.',
    storagePolicyID: 'Identifier of its storage policy.',
  },
};
