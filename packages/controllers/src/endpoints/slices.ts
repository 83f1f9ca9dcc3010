import { createHash } from 'node:crypto';
import {
  controllerReference,
  type EndpointSlice,
  type Pod,
  portMapAnnotation,
  type Service,
  serviceNameLabel,
} from '@serval/kube/objects';
import { isPodFinished, isPodReady } from '../shared/pod-state.ts';

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';

/** `MaxEndpointsPerSlice`'s default. */
const maxEndpoints = 100;

type Endpoint = EndpointSlice['endpoints'][number];
type Ports = NonNullable<EndpointSlice['ports']>;

/**
 * The slices of a Service with these Pods: one group for each distinct set of ports, since named target ports, and Pods whose
 * node gives them ports of their own, may differ. Names and order depend on nothing but the content.
 *
 * @param pods those that the selector matches.
 */
export function renderSlices(service: Service, pods: readonly Pod[]): EndpointSlice[] {
  const groups = new Map<string, { ports: Ports; family: 'IPv4' | 'IPv6'; endpoints: Endpoint[] }>();
  for (const pod of [...pods].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))) {
    const address = pod.status?.podIP;
    if (!address || isPodFinished(pod)) continue;
    const family = address.includes(':') ? 'IPv6' : 'IPv4';
    const ports = portsFor(service, pod);
    const key = JSON.stringify([family, ports]);
    const group = groups.get(key) ?? { ports, family, endpoints: [] };
    group.endpoints.push(renderEndpoint(service, pod, address));
    groups.set(key, group);
  }
  // Readers take a Service without any slice for one that is not known yet.
  if (groups.size === 0) groups.set('none', { ports: [], family: 'IPv4', endpoints: [] });
  return [...groups].flatMap(([key, { ports, family, endpoints }]) =>
    chunks(endpoints, maxEndpoints).map((chunk, index) => renderSlice(service, key, index, family, ports, chunk)),
  );
}

function renderSlice(
  service: Service,
  key: string,
  index: number,
  addressType: 'IPv4' | 'IPv6',
  ports: Ports,
  endpoints: Endpoint[],
): EndpointSlice {
  const name = service.metadata.name ?? '';
  const suffix = createHash('sha256').update(`${key}#${index}`).digest('hex').slice(0, 8);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${suffix}`,
      namespace: service.metadata.namespace,
      labels: {
        ...service.metadata.labels,
        [serviceNameLabel]: name,
        [managedByLabel]: managedBy,
        ...(service.spec.clusterIP === 'None' ? { [headlessLabel]: '' } : {}),
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    endpoints,
    ports,
  };
}

function renderEndpoint(service: Service, pod: Pod, address: string): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { nodeName, hostname } = pod.spec;
  return {
    addresses: [address],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

/** Where the Pod listens for each port of the Service; a named target port that the Pod does not have is left out. */
function portsFor({ spec }: Service, pod: Pod): Ports {
  const realPorts = readPortMap(pod);
  return (spec.ports ?? []).flatMap(({ name = '', port, targetPort = port, protocol = 'TCP', appProtocol }) => {
    const containerPort = typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort, protocol);
    if (containerPort === undefined) return [];
    const real = realPorts[containerPort] ?? containerPort;
    return [{ name, port: real, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function namedPort({ spec }: Pod, name: string, protocol: string): number | undefined {
  // `IntOrString` of a number in quotes.
  if (/^\d+$/.test(name)) return Number(name);
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...spec.containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** A map that cannot be read is as good as none: the node writes it. */
function readPortMap({ metadata }: Pod): Record<string, number> {
  try {
    const map: unknown = JSON.parse(metadata.annotations?.[portMapAnnotation] ?? '{}');
    return typeof map === 'object' && map !== null ? (map as Record<string, number>) : {};
  } catch {
    return {};
  }
}

function chunks<T>(items: T[], size: number): T[][] {
  const all: T[][] = [];
  for (let start = 0; start < Math.max(items.length, 1); start += size) all.push(items.slice(start, start + size));
  return all;
}
