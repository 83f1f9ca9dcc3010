import type { Descriptions } from './descriptions.ts';

const optional = 'Whether it may be missing. Default false.';
const defaultMode = 'Mode of the files, octal in YAML. Default 0644.';
const items = 'Keys to take, and the files they become. Default: all, under their own names.';
const mode = 'Mode of this file. Default: defaultMode.';

export const volumeSources = {
  hostPath: 'A file or directory of the node.',
  emptyDir: 'An empty directory that lives as long as the Pod.',
  secret: 'The keys of a Secret, as files.',
  configMap: 'The keys of a ConfigMap, as files.',
  persistentVolumeClaim: 'A PersistentVolumeClaim of the namespace.',
  projected: 'Several sources in one directory.',
  downwardAPI: 'Fields of the Pod, as files.',
  csi: 'A volume of a CSI driver that lives as long as the Pod.',
  ephemeral: 'A claim that is made for the Pod and goes with it.',
  image: 'The files of an image, such as one that holds a model.',
  nfs: 'A directory of an NFS server.',
  iscsi: 'An iSCSI disk.',
  fc: 'A Fibre Channel disk.',
  gcePersistentDisk: 'Deprecated: a disk of Google Compute Engine.',
  awsElasticBlockStore: 'Deprecated: an EBS disk of AWS.',
  azureDisk: 'Deprecated: a disk of Azure.',
  azureFile: 'Deprecated: a file share of Azure.',
  cinder: 'Deprecated: a volume of OpenStack.',
  vsphereVolume: 'Deprecated: a disk of vSphere.',
  portworxVolume: 'Deprecated: a volume of Portworx.',
  gitRepo: 'Deprecated: a clone of a git repository.',
  glusterfs: 'Deprecated: a Gluster volume.',
  rbd: 'Deprecated: a Ceph block device.',
  cephfs: 'Deprecated: a Ceph file system.',
  flexVolume: 'Deprecated: a volume of a FlexVolume driver.',
  flocker: 'Deprecated: a Flocker data set.',
  quobyte: 'Deprecated: a Quobyte volume.',
  photonPersistentDisk: 'Deprecated: a disk of Photon.',
  scaleIO: 'Deprecated: a ScaleIO volume.',
  storageos: 'Deprecated: a StorageOS volume.',
};

export const volumeDescriptions: Descriptions = {
  Volume: { name: 'Name of the volume, unique in the Pod.', ...volumeSources },
  HostPathVolumeSource: {
    path: 'Path on the node.',
    type: 'What must be there: Directory, File, DirectoryOrCreate and others. Default: anything.',
  },
  EmptyDirVolumeSource: {
    medium: 'Empty (default): disk of the node. Memory: RAM, which counts to the memory of containers.',
    sizeLimit: 'The most that may be stored. Default: no limit of its own.',
  },
  SecretVolumeSource: { secretName: 'Name of the Secret.', items, defaultMode, optional },
  ConfigMapVolumeSource: { name: 'Name of the ConfigMap.', items, defaultMode, optional },
  KeyToPath: { key: 'Key.', path: 'Path of its file, relative to the volume.', mode },
  PersistentVolumeClaimVolumeSource: {
    claimName: 'Name of the claim.',
    readOnly: 'Mount it read-only. Default false.',
  },
  ProjectedVolumeSource: { sources: 'The sources, in order.', defaultMode },
  VolumeProjection: {
    secret: 'Keys of a Secret.',
    configMap: 'Keys of a ConfigMap.',
    downwardAPI: 'Fields of the Pod.',
    serviceAccountToken: 'A token of the ServiceAccount of the Pod.',
    clusterTrustBundle: 'Trusted certificates from ClusterTrustBundles.',
    podCertificate: 'A key and certificate of the Pod.',
  },
  SecretProjection: { name: 'Name of the Secret.', items, optional },
  ConfigMapProjection: { name: 'Name of the ConfigMap.', items, optional },
  DownwardAPIProjection: { items: 'Files and the fields they hold.' },
  DownwardAPIVolumeSource: { items: 'Files and the fields they hold.', defaultMode },
  DownwardAPIVolumeFile: {
    path: 'Path of the file, relative to the volume.',
    fieldRef: 'A field of the Pod.',
    resourceFieldRef: 'A limit or request of a container.',
    mode,
  },
  ServiceAccountTokenProjection: {
    path: 'Path of the file, relative to the volume.',
    audience: 'Audience of the token. Default: the API server.',
    expirationSeconds: 'Seconds that it is valid, at least 600. Default 3600; renewed in time.',
  },
  ClusterTrustBundleProjection: {
    name: 'One bundle by its name. Not together with signerName.',
    signerName: 'All bundles of this signer.',
    labelSelector: 'Of the bundles of the signer, those with these labels.',
    optional,
    path: 'Path of the file, relative to the volume.',
  },
  PodCertificateProjection: {
    signerName: 'Signer of the certificate.',
    keyType: 'Kind of key, such as ED25519 or RSA3072.',
    maxExpirationSeconds: 'Longest validity asked for, in seconds.',
    credentialBundlePath: 'File for key and certificates together.',
    keyPath: 'File for the key alone.',
    certificateChainPath: 'File for the certificates alone.',
    userAnnotations: 'Notes that are passed to the signer.',
  },
  CSIVolumeSource: {
    driver: 'Name of the CSI driver.',
    readOnly: 'Mount it read-only. Default false.',
    fsType: 'File system. Default: that of the driver.',
    volumeAttributes: 'Settings for the driver.',
    nodePublishSecretRef: 'Secret with credentials for the driver.',
  },
  EphemeralVolumeSource: { volumeClaimTemplate: 'What the claim is made from.' },
  ImageVolumeSource: {
    reference: 'Image, with its tag or digest.',
    pullPolicy: 'Always, IfNotPresent or Never. Default Always for the tag latest, else IfNotPresent.',
  },
  NFSVolumeSource: {
    server: 'Host name or address of the server.',
    path: 'Directory that the server exports.',
    readOnly: 'Mount it read-only. Default false.',
  },
};
