import type { Descriptions } from './descriptions.ts';

const both = {
  seLinuxOptions: 'SELinux context. Default: given by the container runtime.',
  windowsOptions: 'Settings for Windows containers.',
  runAsUser: 'User id. Default: the user of the image.',
  runAsGroup: 'Group id. Default: that of the container runtime.',
  runAsNonRoot: 'Refuse to start as user 0. Default false.',
  seccompProfile: 'System calls that are allowed.',
  appArmorProfile: 'AppArmor profile.',
};
const profile = {
  type: 'RuntimeDefault, Localhost or Unconfined.',
  localhostProfile: 'Profile on the node, for type Localhost.',
};

export const securityDescriptions: Descriptions = {
  SecurityContext: {
    ...both,
    capabilities: 'Capabilities to add and to drop. Default: those of the container runtime.',
    privileged: 'Run as root of the node, in effect. Default false.',
    readOnlyRootFilesystem: 'Forbid writing to the file system of the image. Default false.',
    allowPrivilegeEscalation: 'Whether a process may gain more rights than its parent. Default true.',
    procMount: 'Default or Unmasked: how /proc is mounted.',
  },
  PodSecurityContext: {
    ...both,
    supplementalGroups: 'Further group ids of all containers.',
    supplementalGroupsPolicy: 'Merge (default) with the groups in the image, or Strict.',
    fsGroup: 'Group id that owns the volumes.',
    fsGroupChangePolicy: 'Always (default) or OnRootMismatch: when the owner of volumes is changed.',
    sysctls: 'Kernel parameters of the Pod.',
    seLinuxChangePolicy: 'MountOption (default) or Recursive: how volumes get their SELinux label.',
  },
  Capabilities: { add: 'Capabilities to add, such as IPC_LOCK.', drop: 'Capabilities to drop; ALL for all.' },
  SeccompProfile: profile,
  AppArmorProfile: profile,
  SELinuxOptions: {
    user: 'User label.',
    role: 'Role label.',
    type: 'Type label.',
    level: 'Level label.',
  },
  WindowsSecurityContextOptions: {
    gmsaCredentialSpecName: 'Name of the GMSA credential specification.',
    gmsaCredentialSpec: 'Its content; filled in by admission.',
    runAsUserName: 'User to run as. Default: the user of the image.',
    hostProcess: 'Run as a process of the node; the same for all containers of the Pod.',
  },
  Sysctl: { name: 'Name of the parameter.', value: 'Its value.' },
};
