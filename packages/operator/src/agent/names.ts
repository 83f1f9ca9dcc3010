import type { ComponentSpec } from '@serval/api';

/** Names of KServe's agent, the container that takes requests before the server does. */
export const agentContainer = 'agent';
export const agentPort = 9081;
export const agentCertificatesVolume = 'agent-ca-bundle';
export const agentCertificatesPath = '/etc/tls/logger';
/** Whose Secrets open the store of reports, where nobody says. */
export const defaultLoggerAccount = 'logger-sa';

const prefix = 'internal.serving.kserve.io';

/** On Pod templates: what the agent is to do. */
export const agentAnnotations = {
  logger: `${prefix}/logger`,
  loggerUrl: `${prefix}/logger-sink-url`,
  loggerMode: `${prefix}/logger-mode`,
  loggerHeaders: `${prefix}/logger-metadata-headers`,
  loggerAnnotations: `${prefix}/logger-metadata-annotations`,
  batcher: `${prefix}/batcher`,
  maxBatchSize: `${prefix}/batcher-max-batchsize`,
  maxLatency: `${prefix}/batcher-max-latency`,
  /** Where and how reports are stored, as JSON. KServe looks into the service instead, whatever revision a Pod is of. */
  loggerStore: 'internal.platform.serval.dev/logger-store',
} as const;

/** Whether requests go through an agent. */
export function hasAgent({ logger, batcher }: Pick<ComponentSpec, 'logger' | 'batcher'>): boolean {
  return logger !== undefined || batcher !== undefined;
}
