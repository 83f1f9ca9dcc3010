import type { Container, PodSpec, Probe } from '@serval/kube/objects';
import { defaultHttpPort, predictorContainer, transformerContainer } from '../../names.ts';

const serviceNameVariable = 'INFERENCE_SERVICE_NAME';

/** The Pod with the service's name in each container's environment, where that says nothing of it. */
export function withServiceName(podSpec: PodSpec, value: string): PodSpec {
  const named = (container: Container): Container => {
    const env = container.env ?? [];
    if (env.some(({ name }) => name === serviceNameVariable)) return { ...container, env };
    return { ...container, env: [...env, { name: serviceNameVariable, value }] };
  };
  return { ...podSpec, containers: podSpec.containers.map(named) };
}

/**
 * What containers that take requests get in a Deployment where they say nothing: a readiness probe, and the end of the log as the
 * reason of a failure. Knative has defaults of its own.
 */
export function withServingDefaults(podSpec: PodSpec): PodSpec {
  return { ...podSpec, containers: podSpec.containers.map(withContainerDefaults) };
}

function withContainerDefaults(container: Container): Container {
  if (container.name !== predictorContainer && container.name !== transformerContainer) return container;
  return {
    ...container,
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
