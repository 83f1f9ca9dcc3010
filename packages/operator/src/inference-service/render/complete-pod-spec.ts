import type { Container, PodSpec, Probe } from '@serval/kube/objects';
import { defaultHttpPort, predictorContainer, transformerContainer } from '../../names.ts';

const serviceNameVariable = 'INFERENCE_SERVICE_NAME';

/**
 * What every component's Pod gets where it says nothing: the service's name in each container's environment, and, for the
 * containers that take requests, a readiness probe and the end of the log as the reason of a failure.
 */
export function completePodSpec(podSpec: PodSpec, serviceName: string): PodSpec {
  return { ...podSpec, containers: podSpec.containers.map((container) => completeContainer(container, serviceName)) };
}

function completeContainer(container: Container, serviceName: string): Container {
  const env = container.env ?? [];
  const named: Container = {
    ...container,
    env: env.some(({ name }) => name === serviceNameVariable)
      ? env
      : [...env, { name: serviceNameVariable, value: serviceName }],
  };
  if (container.name !== predictorContainer && container.name !== transformerContainer) return named;
  return {
    ...named,
    readinessProbe: container.readinessProbe ?? defaultReadinessProbe(container),
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'FallbackToLogsOnError',
  };
}

/** Something listens on the first port (KServe's default, with its figures). */
function defaultReadinessProbe({ ports }: Container): Probe {
  return {
    tcpSocket: { port: ports?.[0]?.containerPort ?? defaultHttpPort },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
}
