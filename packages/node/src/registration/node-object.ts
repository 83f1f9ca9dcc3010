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

/**
 * Who gives Pods to this node: `own` – it takes every Pod without a node, as the only one there is; `cluster` – a
 * scheduler does, and a taint keeps away what was not meant for a node that cannot run containers.
 */
export type Scheduling = 'own' | 'cluster';

/** Tolerated by Pods that may run as processes. */
export const processTaint = { key: 'node.platform.serval.dev/process', effect: 'NoSchedule' } as const;

interface Taint {
  key: string;
  effect: string;
  value?: string;
}

/** The node's taints with ours or without it; those of others stay. */
export function taintsFor(scheduling: Scheduling, present: readonly Taint[] = []): Taint[] {
  const others = present.filter(({ key }) => key !== processTaint.key);
  return scheduling === 'cluster' ? [...others, processTaint] : others;
}

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

/** Where the node answers API servers; without a port it does so only within the process. */
export interface NodeEndpoint {
  address: string;
  port?: number | undefined;
}

/** `status` of the Node object. Nothing is reserved, so what can be allocated is all there is. */
export function nodeStatus(
  name: string,
  machine: Machine,
  at: NodeEndpoint,
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
      { type: 'InternalIP', address: at.address },
      // API servers try the host name first, and it need not lead to the address that is listened on.
      ...(at.port ? [] : [{ type: 'Hostname', address: machine.hostname }]),
    ],
    ...(at.port ? { daemonEndpoints: { kubeletEndpoint: { Port: at.port } } } : {}),
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
