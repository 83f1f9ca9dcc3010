import { storageSourceDescriptions } from '../../schema/pod-descriptions/storage-sources.ts';

/**
 * What is spelled out first where a CRD has no room for all of a Pod. Lower ranks go first. A rank is the distance from the kind's own
 * fields, one per object on the way, plus what follows here.
 */
export const outsideFocus = 2;

/** Texts come after the fields of the same rank, and those outside of the focus after fields of ranks below. */
export const descriptionsAfter = { focus: 0.5, elsewhere: 1.5 };

/** Definitions that few manifests hold, and how much later than others they come. */
const rare: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.keys(storageSourceDescriptions).map((name) => [name, 6])),
  EphemeralContainer: 6,
  WindowsSecurityContextOptions: 4,
  SELinuxOptions: 3,
  ClusterTrustBundleProjection: 3,
  PodCertificateProjection: 3,
  ContainerRestartRule: 3,
  ContainerResizePolicy: 2,
  PodSchedulingGroup: 2,
  PodSchedulingGate: 2,
  PodReadinessGate: 2,
  PodResourceClaim: 1,
  ResourceClaim: 1,
  VolumeDevice: 1,
  Sysctl: 2,
  PodOS: 1,
  PodDNSConfig: 1,
  HostAlias: 1,
  FileKeySelector: 2,
  AppArmorProfile: 1,
  GRPCAction: 1,
  Lifecycle: 1,
};

export function rarity(definition: string): number {
  return Object.hasOwn(rare, definition) ? (rare[definition] ?? 0) : 0;
}
