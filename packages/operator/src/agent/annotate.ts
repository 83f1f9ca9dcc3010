import type { ComponentSpec } from '@serval/api';
import { agentAnnotations as names } from './names.ts';

type Logger = NonNullable<ComponentSpec['logger']>;

/** What a logger says of the store of its reports. */
export type LoggerStore = Pick<Logger, 'storage' | 'marshallerUrl' | 'batchSize' | 'batchInterval'>;

/**
 * What a component's agent is to do, as annotations of its Pod template: KServe's, letter for letter, so that its Deployments are taken over
 * without a new Pod. A logger without a mode reports everything; KServe's agent ends at an empty one.
 */
export function agentAnnotationsOf({
  logger,
  batcher,
}: Pick<ComponentSpec, 'logger' | 'batcher'>): Record<string, string> {
  return { ...(logger ? loggerAnnotations(logger) : {}), ...(batcher ? batcherAnnotations(batcher) : {}) };
}

function loggerAnnotations(logger: Logger): Record<string, string> {
  const { url, mode, metadataHeaders, metadataAnnotations } = logger;
  const store = storeOf(logger);
  return {
    [names.logger]: 'true',
    ...(url === undefined ? {} : { [names.loggerUrl]: url }),
    [names.loggerMode]: mode ?? 'all',
    ...(metadataHeaders ? { [names.loggerHeaders]: metadataHeaders.join(',') } : {}),
    ...(metadataAnnotations ? { [names.loggerAnnotations]: metadataAnnotations.join(',') } : {}),
    ...(Object.keys(store).length > 0 ? { [names.loggerStore]: JSON.stringify(store) } : {}),
  };
}

function batcherAnnotations({
  maxBatchSize,
  maxLatency,
}: NonNullable<ComponentSpec['batcher']>): Record<string, string> {
  return {
    [names.batcher]: 'true',
    ...(maxBatchSize === undefined ? {} : { [names.maxBatchSize]: String(maxBatchSize) }),
    ...(maxLatency === undefined ? {} : { [names.maxLatency]: String(maxLatency) }),
  };
}

function storeOf({ storage, marshallerUrl, batchSize, batchInterval }: Logger): LoggerStore {
  return Object.fromEntries(
    Object.entries({ storage, marshallerUrl, batchSize, batchInterval }).filter(([, value]) => value !== undefined),
  );
}
