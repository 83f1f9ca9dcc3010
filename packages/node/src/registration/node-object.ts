import type { Condition, KubeNode } from '@serval/kube/objects';

/** What a machine has, as read from the operating system. */
export interface Machine {
  hostname: string;
  cpus: number;
  memoryBytes: number;
  /** Of the file system that holds the data directory. */
  diskBytes: number;
  architecture: string;
  platform: string;
  kernelVersion: string;
  osImage: string;
}

/** More Pods than that are not refused; it is what schedulers are told. */
const maxPods = 110;

const architectures: Record<string, string> = { x64: 'amd64', ia32: '386' };

export function nodeLabels(name: string, { architecture, platform }: Machine): Record<string, string> {
  const arch = architectures[architecture] ?? architecture;
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': platform,
    'kubernetes.io/arch': arch,
    'node.platform.serval.dev/runtime': 'process',
  };
}

/** `status` of the Node object. Nothing is reserved, so what can be allocated is all there is. */
export function nodeStatus(
  name: string,
  machine: Machine,
  address: string,
  ready: { status: 'True' | 'False'; reason: string; message: string },
  times: { nowText: string; previous?: readonly Condition[] },
): NonNullable<KubeNode['status']> {
  const capacity = {
    cpu: String(machine.cpus),
    memory: `${Math.floor(machine.memoryBytes / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(machine.diskBytes / 1024)}Ki`,
    pods: String(maxPods),
  };
  const conditions = [
    { type: 'MemoryPressure', status: 'False', reason: 'NotMeasured', message: 'memory pressure is not measured' },
    { type: 'DiskPressure', status: 'False', reason: 'NotMeasured', message: 'disk pressure is not measured' },
    { type: 'PIDPressure', status: 'False', reason: 'NotMeasured', message: 'process pressure is not measured' },
    { type: 'Ready', ...ready },
  ] as const;
  return {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: machine.hostname },
    ],
    capacity,
    allocatable: capacity,
    conditions: conditions.map((condition) => {
      const before = times.previous?.find(({ type }) => type === condition.type);
      const kept = before?.status === condition.status ? before.lastTransitionTime : undefined;
      return { ...condition, lastHeartbeatTime: times.nowText, lastTransitionTime: kept ?? times.nowText };
    }),
    nodeInfo: {
      architecture: architectures[machine.architecture] ?? machine.architecture,
      operatingSystem: machine.platform,
      osImage: machine.osImage,
      kernelVersion: machine.kernelVersion,
      kubeletVersion: 'v1.34.0-serval',
      kubeProxyVersion: '',
      containerRuntimeVersion: 'serval://0.1.0',
      machineID: name,
      systemUUID: name,
      bootID: '',
    },
  };
}
