import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Pack, packIn } from './archive/pack.ts';
import type { Cache } from './cache/cache.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { StorageError, type StorageErrorCode, storageErrorFrom, targetErrorFrom } from './errors.ts';
import { createConnections } from './http/connections.ts';
import {
  createManifest,
  isCurrent,
  isIntact,
  type Manifest,
  type PlacedArchive,
  type PlacedFile,
  readKnown,
  readManifest,
  setManifestAside,
  uriDigest,
  writeManifest,
} from './manifest.ts';
import { checkNames } from './names.ts';
import type { DownloadEvent, DownloadOptions, DownloadReport } from './options.ts';
import { partPath } from './part-file.ts';
import { createPatternFilter, nothingLeft } from './patterns.ts';
import type { Provider, ProviderOptions, RemoteFile } from './provider.ts';
import { providerFor } from './providers/registry.ts';
import { redactUri } from './redact.ts';
import { DEFAULT_RETRY, type RetryPolicy, withRetries } from './retry.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { withStorageConfig } from './storage-config.ts';
import {
  allocatedBytes,
  discardParts,
  freeBytesOf,
  prepareTarget,
  removePlaced,
  syncDirectories,
  WORK_DIRECTORY,
} from './target.ts';
import { type Transfer, transferFiles, transferParts } from './transfer.ts';

/** A source that changes while it is read is listed and fetched anew this often in all. */
const CHANGE_ATTEMPTS = 3;

/** With a whole model on disk nobody wants to wait long for a source that does not answer. */
const RETRY_WITH_MODEL = { retries: 2, maxAskedMs: DEFAULT_RETRY.maxMs } as const;

interface Job {
  uri: string;
  root: string;
  provider: Provider;
  providerOptions: ProviderOptions;
  options: DownloadOptions;
  settings: Settings;
  signal: AbortSignal;
  retry: RetryPolicy;
  emit: (event: DownloadEvent) => void;
  cache: Cache | undefined;
  counters: { fetchedBytes: number; cachedBytes: number; retries: number; listMs: number; transferMs: number };
}

/**
 * Brings everything that `uri` names into `directory`: each file appears under its final name only when it is whole, and
 * `.serval-manifest.json` only when all are. A directory that already holds this source is left as it is.
 * @throws StorageError
 */
export async function download(uri: string, directory: string, options: DownloadOptions = {}): Promise<DownloadReport> {
  const clock = options.clock ?? (() => performance.now());
  const startMs = clock();
  const shown = redactUri(uri);
  const parallel = options.parallel ?? 8;
  let connections: ReturnType<typeof createConnections> | undefined;
  let deadline: Deadline | undefined;
  const cleanUps: (() => Promise<void>)[] = [];
  try {
    options.signal?.throwIfAborted();
    const environment = withStorageConfig(options.environment ?? {});
    const settings = settingsFrom(options, environment);
    deadline = startDeadline(settings.deadlineMs, shown, options.signal);
    const { signal } = deadline;
    connections = createConnections({
      environment,
      perOrigin: parallel + 1,
      stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
    });
    const emit = options.onEvent ?? (() => {});
    const provider = await providerFor(uri);
    const root = await prepareTarget(directory);
    const job: Job = {
      uri,
      root,
      provider,
      providerOptions: {
        environment,
        connections,
        memo: new Map(),
        workDirectory: join(root, WORK_DIRECTORY),
        atEnd: (cleanUp) => cleanUps.push(cleanUp),
        warn: (message) => emit({ type: 'warning', message }),
      },
      options: { ...options, clock, parallel },
      settings,
      signal,
      retry: {
        ...DEFAULT_RETRY,
        retries: options.retries ?? DEFAULT_RETRY.retries,
        baseMs: options.retryBaseMs ?? DEFAULT_RETRY.baseMs,
        random: options.random ?? DEFAULT_RETRY.random,
      },
      emit,
      cache: undefined,
      counters: { fetchedBytes: 0, cachedBytes: 0, retries: 0, listMs: 0, transferMs: 0 },
    };
    const cache = await openCache(job);
    if (cache) cleanUps.push(() => cache.close());
    job.cache = cache;
    const { files, reusedFiles, reused } = await bringUpToDate(job);
    const { fetchedBytes, cachedBytes, retries, listMs, transferMs } = job.counters;
    return {
      uri: shown,
      directory,
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      fetchedBytes,
      cachedBytes,
      reusedFiles,
      reused,
      retries,
      durations: { listMs, transferMs, totalMs: clock() - startMs },
    };
  } catch (error) {
    const failure =
      deadline?.error() ??
      targetErrorFrom(error, directory) ??
      storageErrorFrom(error, `downloading ${shown} to ${directory}`, options.signal);
    // Part files would only keep the disk full.
    if (failure.code === 'NoSpace') await discardParts(directory);
    throw failure;
  } finally {
    deadline?.stop();
    await connections?.close();
    await Promise.allSettled(cleanUps.map((cleanUp) => cleanUp()));
  }
}

interface Outcome {
  files: readonly PlacedFile[];
  reusedFiles: number;
  reused: boolean;
}

async function bringUpToDate(job: Job): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bringOnce(job);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'SourceChanged' || attempt === CHANGE_ATTEMPTS)
        throw error;
      job.emit({ type: 'retry', source: redactUri(job.uri), error, waitMs: 0 });
    }
  }
}

async function bringOnce(job: Job): Promise<Outcome> {
  const { root, options, counters, emit } = job;
  const clock = options.clock!;
  const manifest = await readManifest(root);
  const intact = manifest && (await allIntact(root, manifest));
  const listStartMs = clock();
  let remote: RemoteFile[];
  let revision: string | undefined;
  try {
    const retry = intact ? { ...job.retry, ...RETRY_WITH_MODEL } : job.retry;
    revision = await revisionOf(job, retry);
    if (
      intact &&
      revision !== undefined &&
      manifest.revision === revision &&
      manifest.uriDigest === uriDigest(job.uri)
    ) {
      emit({ type: 'listed', files: manifest.files.length, bytes: undefined, reusedFiles: manifest.files.length });
      return { files: manifest.files, reusedFiles: manifest.files.length, reused: true };
    }
    remote = await listAll(job, retry);
  } catch (error) {
    if (
      intact &&
      manifest.uriDigest === uriDigest(job.uri) &&
      error instanceof StorageError &&
      error.code === 'SourceUnavailable'
    ) {
      emit({ type: 'warning', message: `${error.summary}; the model that is there, whole, is used` });
      return { files: manifest.files, reusedFiles: manifest.files.length, reused: true };
    }
    throw error;
  } finally {
    counters.listMs += clock() - listStartMs;
  }
  checkNames(remote);
  const pack = packIn(remote, job.provider, job.settings.extractArchives);
  if (pack) return bringPack(job, pack, manifest, intact === true);

  const known = await readKnown(root, manifest);
  const kept: PlacedFile[] = [];
  const missing: RemoteFile[] = [];
  const links = symlinks(job);
  for (const file of remote) {
    const placed = known.get(file.name);
    const linked = placed?.linkTarget !== undefined;
    if (placed && linked === links && isCurrent(file, placed) && (await isIntact(root, placed))) kept.push(placed);
    else missing.push(file);
  }
  const bytes = remote.some((file) => file.sizeBytes === undefined)
    ? undefined
    : remote.reduce((sum, file) => sum + file.sizeBytes!, 0);
  emit({ type: 'listed', files: remote.length, bytes, reusedFiles: kept.length });
  if (manifest && !manifest.archive && missing.length === 0 && manifest.files.length === kept.length) {
    if (revision !== undefined) await remember(job, manifest.files, revision);
    return { files: manifest.files, reusedFiles: kept.length, reused: true };
  }

  await mkdir(join(root, WORK_DIRECTORY), { recursive: true });
  if (!links) await checkFreeSpace(job, missing);
  await setManifestAside(root);
  const transferStartMs = clock();
  const placed = await transferFiles(missing, transferOf(job));
  const files = [...kept, ...placed];
  await complete(job, files, [...known.keys()], undefined, revision);
  counters.transferMs += clock() - transferStartMs;
  return { files, reusedFiles: kept.length, reused: false };
}

function symlinks({ settings, provider }: Job): boolean {
  return settings.localMode === 'symlink' && provider.localPath !== undefined;
}

/** Files of this machine are near enough. */
async function openCache({ settings, provider, emit }: Job): Promise<Cache | undefined> {
  if (!settings.cache || provider.copy) return undefined;
  const { createCache } = await import('./cache/cache.ts');
  return createCache({
    ...settings.cache,
    onWarning: (message) => emit({ type: 'warning', message }),
    onWaiting: (source) => emit({ type: 'waiting', source }),
  });
}

function transferOf(job: Job): Transfer {
  const { root, provider, providerOptions, options, retry, signal, counters, emit } = job;
  return {
    root,
    provider,
    providerOptions: { ...providerOptions, connections: providerOptions.connections.forData() },
    parallel: options.parallel!,
    segmentBytes: options.segmentBytes ?? 8 * 1024 * 1024,
    symlinks: symlinks(job),
    cache: job.cache,
    retry,
    signal,
    onBytes: (count) => {
      counters.fetchedBytes += count;
      emit({ type: 'progress', bytes: count });
    },
    onCached: (bytes) => {
      counters.cachedBytes += bytes;
      emit({ type: 'cached', bytes });
    },
    onRetry: (source, error, waitMs) => {
      counters.retries++;
      emit({ type: 'retry', source, error, waitMs });
    },
    onPlaced: ({ name, sizeBytes }) => emit({ type: 'file', name, bytes: sizeBytes }),
  };
}

/** Whole or absent, too: the old content stays until all of the new one is extracted, synced and checked. */
async function bringPack(job: Job, pack: Pack, manifest: Manifest | undefined, intact: boolean): Promise<Outcome> {
  const { root, provider, providerOptions, options, settings, counters, emit, signal } = job;
  const { files: packed, identity } = pack;
  const current = intact && manifest?.archive !== undefined && isCurrent(identity, manifest.archive);
  const reusedFiles = current ? packed.length : 0;
  emit({ type: 'listed', files: packed.length, bytes: identity.sizeBytes, reusedFiles });
  if (current) return { files: manifest.files, reusedFiles: manifest.files.length, reused: true };

  const { extractEntries, placeExtracted } = await import('./archive/extract.ts');
  await mkdir(join(root, WORK_DIRECTORY), { recursive: true });
  if (!provider.localPath) await checkFreeSpace(job, packed);
  const startMs = options.clock!();
  try {
    const parts = await partsOnDisk(job, packed);
    const staged = await extractEntries((read) => pack.entries(parts, provider, providerOptions, read), {
      root,
      source: identity.source,
      limits: settings.archiveLimits,
      freeBytes: pack.partly ? undefined : await (options.freeBytes ?? freeBytesOf)(root),
      signal,
    });
    if (provider.localPath) for (const file of packed) await checkUnchanged(job, file);
    const known = await readKnown(root, manifest);
    await setManifestAside(root);
    const files = await placeExtracted(root, staged, identity.source, [...known.keys()]);
    emit({ type: 'extracted', files: files.length, bytes: files.reduce((sum, placed) => sum + placed.sizeBytes, 0) });
    const { name, source, version } = identity;
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const digest = parts.length === 1 ? parts[0]!.digest : undefined;
    await complete(job, files, [], { name, source, version, sizeBytes, digest });
    return { files, reusedFiles: 0, reused: false };
  } catch (error) {
    if (error instanceof StorageError && UNUSABLE.has(error.code)) await discardParts(root);
    throw error;
  } finally {
    counters.transferMs += options.clock!() - startMs;
  }
}

/** Archives of this machine are read where they lie; all others come into the work directory first, checked. */
async function partsOnDisk(job: Job, files: readonly RemoteFile[]): ReturnType<typeof transferParts> {
  const { localPath } = job.provider;
  if (!localPath) return transferParts(files, transferOf(job));
  for (const file of files) await checkUnchanged(job, file);
  return files.map((file) => ({ file, path: localPath(file), sizeBytes: file.sizeBytes ?? 0, digest: file.digest }));
}

/** @throws StorageError SourceChanged */
async function checkUnchanged({ provider, providerOptions, signal }: Job, file: RemoteFile): Promise<void> {
  const { body } = await provider.read(file, { start: 0, end: 0 }, providerOptions, signal);
  body.destroy();
}

/** Nothing of such an archive is of use to a later call. */
const UNUSABLE: ReadonlySet<StorageErrorCode> = new Set([
  'ArchiveInvalid',
  'UnsafeName',
  'LimitExceeded',
  'ObjectNotFound',
]);

/** All files stand; what an earlier version of the source left goes, and the manifest says that it is whole. */
async function complete(
  { root, uri }: Job,
  files: readonly PlacedFile[],
  knownNames: readonly string[],
  archive?: PlacedArchive,
  revision?: string,
): Promise<void> {
  const names = new Set(files.map(({ name }) => name));
  await removePlaced(
    root,
    knownNames.filter((name) => !names.has(name)),
  );
  await syncDirectories(root, names);
  await writeManifest(root, createManifest(uri, files, archive, revision));
  await rm(join(root, WORK_DIRECTORY), { recursive: true, force: true });
  await syncDirectories(root, []);
}

/** Nothing has to come, but the source has another revision than the manifest says. */
async function remember(job: Job, files: readonly PlacedFile[], revision: string): Promise<void> {
  await mkdir(join(job.root, WORK_DIRECTORY), { recursive: true });
  await complete(job, files, [], undefined, revision);
}

/** What the source stands for and which of its files are wanted, where the provider can tell without listing. */
async function revisionOf(
  { uri, provider, providerOptions, settings, signal, emit, counters }: Job,
  retry: RetryPolicy,
): Promise<string | undefined> {
  if (!provider.revision) return undefined;
  const revision = await withRetries(
    () => provider.revision!(uri, providerOptions, signal),
    retry,
    signal,
    (error, waitMs) => {
      counters.retries++;
      emit({ type: 'retry', source: redactUri(uri), error, waitMs });
    },
  );
  return `${revision} ${JSON.stringify([settings.allowPatterns ?? [], settings.ignorePatterns ?? []])}`;
}

async function allIntact(root: string, { files }: Manifest): Promise<boolean> {
  for (const file of files) if (!(await isIntact(root, file))) return false;
  return true;
}

async function listAll(
  { uri, provider, providerOptions, options, settings, signal, emit, counters }: Job,
  retry: RetryPolicy,
) {
  const maxFiles = options.maxFiles ?? 100_000;
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
    (error, waitMs) => {
      counters.retries++;
      emit({ type: 'retry', source: redactUri(uri), error, waitMs });
    },
  );
}

async function checkFreeSpace({ root, options }: Job, missing: readonly RemoteFile[]): Promise<void> {
  const free = await (options.freeBytes ?? freeBytesOf)(root);
  if (free === undefined) return;
  let needed = 0;
  for (const file of missing) {
    needed += Math.max(0, (file.sizeBytes ?? 0) - (await allocatedBytes(partPath(root, file.name))));
  }
  if (needed <= free) return;
  throw new StorageError('NoSpace', `${root} has ${free} bytes free, ${needed} are needed`, {
    hint: 'give the volume more room (emptyDir sizeLimit, claim size, disk)',
    details: { directory: root, freeBytes: free, neededBytes: needed },
  });
}
