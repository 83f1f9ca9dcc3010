import type { Pod } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { componentLabel, serviceLabel } from '../names.ts';
import type { AgentRequest } from './agent-request.ts';

/** Of Knative's revisions: which one a request came by. */
const endpointLabel = 'endpoint';

/** The arguments of KServe's agent, in its order. */
export function agentArgs(
  pod: Pod,
  namespace: string,
  { logger, batcher }: AgentRequest,
  config: ServingConfig,
  serverPort: number,
): string[] {
  return [
    ...(batcher ? ['--enable-batcher'] : []),
    ...flag('--max-batchsize', batcher?.maxBatchSize),
    ...flag('--max-latency', batcher?.maxLatency),
    ...(logger ? loggerArgs(pod, namespace, logger, config) : []),
    '--component-port',
    String(serverPort),
  ];
}

function loggerArgs(
  { metadata }: Pod,
  namespace: string,
  { url, mode, headers, annotations, store }: NonNullable<AgentRequest['logger']>,
  { logger }: ServingConfig,
): string[] {
  const { labels = {} } = metadata;
  return [
    '--log-url',
    url,
    // Of a Pod whose name is made by the API server, it is not known yet; the agent names itself then.
    '--source-uri',
    metadata.name ?? '',
    '--log-mode',
    mode,
    '--inference-service',
    labels[serviceLabel] ?? '',
    '--namespace',
    namespace,
    '--endpoint',
    labels[endpointLabel] ?? '',
    '--component',
    labels[componentLabel] ?? '',
    ...flag('--log-store-path', store.storage?.path),
    ...flag('--log-store-format', store.storage?.parameters?.['format']),
    ...flag('--log-marshaller-url', store.marshallerUrl),
    ...flag('--log-batch-size', store.batchSize && String(store.batchSize)),
    ...flag('--log-batch-interval', store.batchInterval),
    ...flag('--metadata-headers', headers),
    ...(annotations === undefined ? [] : ['--metadata-annotations', valuesOf(annotations, metadata.annotations ?? {})]),
    ...flag('--logger-ca-cert-file', logger.caCertFile),
    // One word: the agent's parser takes a switch that stands alone for true, whatever follows it.
    `--logger-tls-skip-verify=${logger.tlsSkipVerify}`,
  ];
}

/** `a=1,b=2` of those that are there. */
function valuesOf(names: string, annotations: Readonly<Record<string, string>>): string {
  return names
    .split(',')
    .flatMap((name) => (Object.hasOwn(annotations, name) ? [`${name}=${annotations[name]}`] : []))
    .join(',');
}

function flag(name: string, value: string | 0 | undefined): string[] {
  return value ? [name, value] : [];
}
