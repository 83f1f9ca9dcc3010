import type { ContainerPort, Service, ServicePort } from '@serval/kube/objects';
import { agentPort, hasAgent } from '../../agent/names.ts';
import type { ServingConfig } from '../../config/serving-config.ts';
import { appLabel, defaultHttpPort, transformerContainer } from '../../names.ts';
import type { Component } from './component.ts';

/** In port names, these say HTTP/2 without TLS (KServe). */
const h2cPortName = /grpc|h2c/;

/**
 * The Service in front of a component's Pods. The first container port becomes port 80; without ports, 80 leads to 8080.
 * A transformer in the same Pod owns the ports. An agent takes what comes to the first.
 */
export function renderService(component: Component, config: ServingConfig): Service {
  const { labels, annotations, name, namespace } = component;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
    spec: {
      ...(config.service.serviceClusterIPNone ? { clusterIP: 'None' } : {}),
      selector: { [appLabel]: labels[appLabel] ?? '' },
      ports: portsOf(component),
    },
  };
}

function portsOf({ name, podSpec, spec }: Component): ServicePort[] {
  const front =
    podSpec.containers.find((container) => container.name === transformerContainer) ?? podSpec.containers[0];
  const [first, ...others] = front?.ports ?? [];
  return [
    {
      name: first ? (first.name ?? 'http') : name,
      port: 80,
      targetPort: hasAgent(spec) ? agentPort : (first?.containerPort ?? defaultHttpPort),
      protocol: first?.protocol ?? 'TCP',
      ...appProtocolOf(first),
    },
    ...others.map((port) => ({
      name: port.name ?? `port-${port.containerPort}`,
      port: port.containerPort,
      targetPort: port.containerPort,
      protocol: port.protocol ?? 'TCP',
      ...appProtocolOf(port),
    })),
  ];
}

/** Where a component's Service takes gRPC, beside REST at port 80; nothing where there is no such port. */
export function grpcPortOf(component: Component): number | undefined {
  return portsOf(component).find(({ port, appProtocol }) => port !== 80 && appProtocol !== undefined)?.port;
}

function appProtocolOf(port: ContainerPort | undefined): { appProtocol?: string } {
  return h2cPortName.test(port?.name ?? '') ? { appProtocol: 'kubernetes.io/h2c' } : {};
}
