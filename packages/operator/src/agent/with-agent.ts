import type { Container, EnvVar, IntOrString, Pod, Probe, Volume } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Part } from '../credentials/part.ts';
import { defaultHttpPort, predictorContainer, transformerContainer } from '../names.ts';
import { agentArgs } from './agent-args.ts';
import type { AgentRequest } from './agent-request.ts';
import { agentCertificatesPath, agentCertificatesVolume, agentContainer, agentPort } from './names.ts';

/** What opens the store of reports. */
export type AgentCredentials = Required<Pick<Part, 'env' | 'volumes' | 'volumeMounts'>>;

const probeVariable = 'SERVING_READINESS_PROBE';
/** Knative's own container before the server; KServe's agent stands between the two. */
const queueProxy = 'queue-proxy';

/**
 * The Pod with KServe's agent in it: its image and resources from the configuration, in front of the transformer of the Pod or the server.
 * A Pod that has one comes back as it is.
 */
export function withAgent(
  pod: Pod,
  namespace: string,
  request: AgentRequest,
  config: ServingConfig,
  credentials: AgentCredentials,
): Pod {
  const { containers, volumes = [] } = pod.spec;
  if (containers.some(({ name }) => name === agentContainer)) return pod;
  const certificates = request.logger ? config.logger.caBundle : undefined;
  const agent = agentOf(pod, agentArgs(pod, namespace, request, config, serverPort(containers)), config);
  const mounts = [
    ...(certificates ? [{ name: agentCertificatesVolume, mountPath: agentCertificatesPath, readOnly: true }] : []),
    ...credentials.volumeMounts,
  ];
  const env = [...(agent.env ?? []), ...credentials.env];
  const added: Volume[] = [
    // Without it, Pods start all the same (KServe): who is to get the reports may come later.
    ...(certificates ? [{ name: agentCertificatesVolume, configMap: { name: certificates, optional: true } }] : []),
    ...credentials.volumes,
  ];
  const all = [...volumes, ...added.filter(({ name }) => !volumes.some((known) => known.name === name))];
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: [
        ...containers.map(throughAgent),
        { ...agent, ...(env.length > 0 ? { env } : {}), ...(mounts.length > 0 ? { volumeMounts: mounts } : {}) },
      ],
      ...(all.length > 0 ? { volumes: all } : {}),
    },
  };
}

function agentOf({ spec: { containers } }: Pod, args: string[], { agent }: ServingConfig): Container {
  const [first] = containers;
  const front = containers.find(({ name }) => name === transformerContainer) ?? first;
  const proxy = containers.find(({ name }) => name === queueProxy);
  const port = serverPort(containers);
  return {
    name: agentContainer,
    image: agent.image,
    args,
    ports: [{ name: 'agent-port', containerPort: agentPort, protocol: 'TCP' }],
    env: proxy ? [...(proxy.env ?? [])] : [probeVariableOf(front, port)],
    resources: {
      requests: { cpu: agent.cpuRequest, memory: agent.memoryRequest },
      limits: { cpu: agent.cpuLimit, memory: agent.memoryLimit },
    },
    readinessProbe: {
      httpGet: {
        // The agent answers where the server does, and says what the server says.
        path: (proxy ? undefined : front?.readinessProbe?.httpGet?.path) ?? '/',
        port: agentPort,
        scheme: 'HTTP',
        httpHeaders: [{ name: 'K-Network-Probe', value: 'queue' }],
      },
    },
    ...(first?.securityContext ? { securityContext: first.securityContext } : {}),
  };
}

/**
 * How the agent asks the server whether it is ready. It can ask by HTTP and TCP alone, at ports by their number, and does not start without
 * being told: of a probe of another kind, it asks whether something listens (KServe says nothing then, and its agent ends).
 */
function probeVariableOf(front: Container | undefined, port: number): EnvVar {
  const { httpGet, tcpSocket, ...times } = front?.readinessProbe ?? {};
  const numbered = <T extends { port: IntOrString }>(target: T): T => ({
    ...target,
    port: numberOf(target.port, front),
  });
  let asked: Probe = { tcpSocket: { port } };
  if (httpGet) asked = { httpGet: numbered(httpGet), ...times };
  else if (tcpSocket) asked = { tcpSocket: numbered(tcpSocket), ...times };
  return { name: probeVariable, value: JSON.stringify(asked) };
}

function numberOf(port: IntOrString, container: Container | undefined): IntOrString {
  return container?.ports?.find(({ name }) => name === port)?.containerPort ?? port;
}

/** Where the server listens, or the transformer before it in the same Pod. */
function serverPort(containers: readonly Container[]): number {
  const transformer = containers.find(({ name }) => name === transformerContainer);
  const server = transformer ?? containers.find(({ name }) => name === predictorContainer);
  return server?.ports?.[0]?.containerPort ?? defaultHttpPort;
}

/** Knative's proxy passes requests on to the agent. */
function throughAgent(container: Container): Container {
  if (container.name !== queueProxy || !container.env) return container;
  const env = container.env.map((variable) =>
    variable.name === 'USER_PORT' ? { ...variable, value: String(agentPort) } : variable,
  );
  return { ...container, env };
}
