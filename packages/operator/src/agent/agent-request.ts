import type { Pod } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { LoggerStore } from './annotate.ts';
import { agentAnnotations as names } from './names.ts';

/** What a Pod's agent is to do, with what the configuration says where the Pod does not. */
export interface AgentRequest {
  readonly logger?: {
    readonly url: string;
    readonly mode: string;
    readonly headers?: string;
    /** Names of annotations of the Pod. */
    readonly annotations?: string;
    readonly store: LoggerStore;
  };
  readonly batcher?: { readonly maxBatchSize?: string; readonly maxLatency?: string };
}

/** The inverse of `agentAnnotationsOf`; nothing for a Pod without an agent. */
export function agentRequestOf({ metadata }: Pod, config: ServingConfig): AgentRequest | undefined {
  const annotations = metadata.annotations ?? {};
  const logger = Object.hasOwn(annotations, names.logger);
  const batcher = Object.hasOwn(annotations, names.batcher);
  if (!logger && !batcher) return undefined;
  return {
    ...(logger ? { logger: loggerOf(annotations, config) } : {}),
    ...(batcher ? { batcher: batcherOf(annotations, config) } : {}),
  };
}

function loggerOf(
  annotations: Readonly<Record<string, string>>,
  { logger }: ServingConfig,
): NonNullable<AgentRequest['logger']> {
  const { storage, marshallerUrl, batchSize, batchInterval } = logger;
  const configured = Object.keys(storage).length > 0 ? { storage } : {};
  const headers = annotations[names.loggerHeaders];
  const named = annotations[names.loggerAnnotations];
  return {
    url: annotations[names.loggerUrl] ?? logger.defaultUrl,
    mode: annotations[names.loggerMode] || 'all',
    ...(headers === undefined ? {} : { headers }),
    ...(named === undefined ? {} : { annotations: named }),
    store: {
      ...configured,
      ...(marshallerUrl === undefined ? {} : { marshallerUrl }),
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(batchInterval === undefined ? {} : { batchInterval }),
      ...parseStore(annotations[names.loggerStore]),
    },
  };
}

function batcherOf(
  annotations: Readonly<Record<string, string>>,
  { batcher }: ServingConfig,
): NonNullable<AgentRequest['batcher']> {
  const maxBatchSize = annotations[names.maxBatchSize] ?? batcher.maxBatchSize;
  const maxLatency = annotations[names.maxLatency] ?? batcher.maxLatency;
  return {
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
    ...(maxLatency === undefined ? {} : { maxLatency }),
  };
}

/** Nobody but the operator writes it; what somebody else put there says nothing. */
function parseStore(text: string | undefined): LoggerStore {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
