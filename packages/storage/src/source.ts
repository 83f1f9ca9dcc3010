import { type Deadline, startDeadline } from './deadline.ts';
import { StorageError } from './errors.ts';
import { createConnections } from './http/connections.ts';
import type { DownloadOptions } from './options.ts';
import { createPatternFilter, nothingLeft } from './patterns.ts';
import type { Provider, ProviderOptions, RemoteFile } from './provider.ts';
import { providerFor } from './providers/registry.ts';
import { redactUri } from './redact.ts';
import { DEFAULT_RETRY, type RetryPolicy, withRetries } from './retry.ts';
import { type Settings, settingsFrom } from './settings.ts';

/** What a URI names, ready to be asked. */
export interface Source {
  uri: string;
  provider: Provider;
  providerOptions: ProviderOptions;
  settings: Settings;
  retry: RetryPolicy;
  /** Of the caller, and of the deadline. */
  signal: AbortSignal;
  onRetry(source: string, error: StorageError, waitMs: number): void;
  /** Retries so far. */
  retries(): number;
  /** The deadline's error, once it has passed. */
  overdue(): StorageError | undefined;
  /** Runs whatever the provider left to be done; never rejects. */
  close(): Promise<void>;
}

/**
 * @param workDirectory  for what the provider keeps on disk while it works
 * @throws StorageError UnsupportedScheme, InvalidConfiguration
 */
export async function openSource(
  uri: string,
  workDirectory: string,
  options: DownloadOptions & { parallel: number },
): Promise<Source> {
  const emit = options.onEvent ?? (() => {});
  const environment = await environmentFrom(options.environment ?? {});
  const settings = settingsFrom(options, environment);
  const provider = await providerFor(uri);
  const cleanUps: (() => Promise<void>)[] = [];
  const deadline: Deadline = startDeadline(settings.deadlineMs, redactUri(uri), options.signal);
  const connections = createConnections({
    environment,
    perOrigin: options.parallel + 1,
    stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
  });
  let retries = 0;
  return {
    uri,
    provider,
    providerOptions: {
      environment,
      connections,
      memo: new Map(),
      workDirectory,
      atEnd: (cleanUp) => cleanUps.push(cleanUp),
      warn: (message) => emit({ type: 'warning', message }),
    },
    settings,
    retry: {
      ...DEFAULT_RETRY,
      retries: options.retries ?? DEFAULT_RETRY.retries,
      baseMs: options.retryBaseMs ?? DEFAULT_RETRY.baseMs,
      random: options.random ?? DEFAULT_RETRY.random,
    },
    signal: deadline.signal,
    onRetry(source, error, waitMs) {
      retries++;
      emit({ type: 'retry', source, error, waitMs });
    },
    retries: () => retries,
    overdue: () => deadline.error(),
    async close() {
      deadline.stop();
      await Promise.allSettled([connections.close(), ...cleanUps.map((cleanUp) => cleanUp())]);
    },
  };
}

/** With the storage entry applied, which few downloads have: what reads it is not loaded for the others. */
async function environmentFrom(given: NonNullable<DownloadOptions['environment']>) {
  if (!given['STORAGE_CONFIG'] && !given['STORAGE_OVERRIDE_CONFIG']) return given;
  return (await import('./config/environment.ts')).withStorageConfig(given);
}

/** What the source stands for and which of its files are wanted, where the provider can tell without listing. */
export async function revisionOf(
  { uri, provider, providerOptions, settings, signal, onRetry }: Source,
  retry: RetryPolicy,
): Promise<string | undefined> {
  if (!provider.revision) return undefined;
  const revision = await withRetries(
    () => provider.revision!(uri, providerOptions, signal),
    retry,
    signal,
    (error, waitMs) => onRetry(redactUri(uri), error, waitMs),
  );
  return `${revision} ${JSON.stringify([settings.allowPatterns ?? [], settings.ignorePatterns ?? []])}`;
}

/** All files that are wanted. @throws StorageError ObjectNotFound, TooManyFiles, and what the provider throws */
export async function listAll(
  { uri, provider, providerOptions, settings, signal, onRetry }: Source,
  retry: RetryPolicy,
  maxFiles = 100_000,
): Promise<RemoteFile[]> {
  const passes = createPatternFilter(settings);
  return withRetries(
    async () => {
      const files: RemoteFile[] = [];
      let leftOut = 0;
      for await (const file of provider.list(uri, providerOptions, signal)) {
        if (!passes(file)) {
          leftOut++;
          continue;
        }
        if (files.length === maxFiles) {
          throw new StorageError('TooManyFiles', `${redactUri(uri)} has more than ${maxFiles} files`, {
            hint: 'name the folder of one model, not the one above it',
          });
        }
        files.push(file);
      }
      if (files.length === 0 && leftOut > 0) throw nothingLeft(redactUri(uri), leftOut, settings);
      return files;
    },
    retry,
    signal,
    (error, waitMs) => onRetry(redactUri(uri), error, waitMs),
  );
}
