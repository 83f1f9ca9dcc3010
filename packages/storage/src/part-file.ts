import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strongerOf } from './digest.ts';
import type { Digest, RemoteFile } from './provider.ts';
import { syncDirectory, WORK_DIRECTORY } from './target.ts';

export interface Segment {
  index: number;
  start: number;
  /** Exclusive; `undefined` where the size is not known. */
  end: number | undefined;
}

/** A file on its way, under a temporary name. */
export interface PartFile {
  path: string;
  /** What is still to be fetched. */
  pending: Segment[];
  /** The strongest that any answer told so far, also to an earlier run: with nothing pending no answer comes to tell it. */
  readonly digest: Digest | undefined;
  write(chunk: Uint8Array, position: number): Promise<void>;
  /** The segment is written: syncs and remembers it and the digest of the file, so that a restart goes on behind it. */
  complete(segment: Segment, digest: Digest | undefined): Promise<void>;
  /** Cuts what is behind `sizeBytes`, syncs and closes. */
  finish(sizeBytes: number): Promise<void>;
  /** Closes, keeping what is there for a later run. */
  close(): Promise<void>;
  /** Removes everything. */
  discard(): Promise<void>;
}

interface Progress {
  source: string;
  version: string;
  sizeBytes: number;
  segmentBytes: number;
  done: number[];
  digest?: Digest | undefined;
}

const NO_PROGRESS = { done: [], digest: undefined };

export function partPath(root: string, name: string): string {
  return join(root, WORK_DIRECTORY, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.part`);
}

/** Opens the part file, going on where an earlier run stopped if the source still has the same version. */
export async function openPartFile(root: string, file: RemoteFile, segmentBytes: number): Promise<PartFile> {
  const path = partPath(root, file.name);
  const progressPath = `${path}.json`;
  const { sizeBytes, version, source } = file;
  const segments = segmentsOf(file, segmentBytes);
  const resumable = segments.length > 1 && version !== undefined && sizeBytes !== undefined;
  const identity = { source, version: version ?? '', sizeBytes: sizeBytes ?? 0, segmentBytes };
  const before = resumable ? await readProgress(progressPath, identity) : NO_PROGRESS;
  const done = new Set(before.done);
  const reopened = await reopen(path, segments, done);
  let digest = reopened && before.digest;
  const handle = reopened ?? (await openFresh(root, path, progressPath));
  let closed = false;
  let saving = Promise.resolve();

  async function save(): Promise<void> {
    const progress: Progress = { ...identity, done: [...done].sort((a, b) => a - b), digest };
    await writeFile(`${progressPath}.new`, JSON.stringify(progress));
    await rename(`${progressPath}.new`, progressPath);
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await saving.catch(() => {});
    await handle.close();
  }

  return {
    path,
    pending: segments.filter(({ index }) => !done.has(index)),
    get digest() {
      return digest;
    },
    async write(chunk, position) {
      for (let offset = 0; offset < chunk.length; ) {
        const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset, position + offset);
        offset += bytesWritten;
      }
    },
    async complete(segment, told) {
      digest = strongerOf(digest, told);
      if (!resumable) return;
      // The bytes must be on disk before anything says that they are.
      await handle.datasync();
      done.add(segment.index);
      saving = saving.then(save);
      await saving;
    },
    async finish(size) {
      await handle.truncate(size);
      await handle.sync();
      await close();
    },
    close,
    async discard() {
      await close();
      await Promise.all([rm(path, { force: true }), rm(progressPath, { force: true })]);
    },
  };
}

/** The part that the progress is about; empties `done` and answers `undefined` when it is not there as told. */
async function reopen(path: string, segments: readonly Segment[], done: Set<number>): Promise<FileHandle | undefined> {
  if (done.size === 0) return undefined;
  const handle = await open(path, 'r+').catch(() => undefined);
  const { size } = (await handle?.stat()) ?? { size: 0 };
  if (handle && segments.every(({ index, end }) => !done.has(index) || size >= end!)) return handle;
  await handle?.close();
  done.clear();
  return undefined;
}

/** An empty part. What an older one had done must be forgotten before this one stands under its name, also after a power cut. */
async function openFresh(root: string, path: string, progressPath: string): Promise<FileHandle> {
  const forgotten = await unlink(progressPath).then(
    () => true,
    () => false,
  );
  if (forgotten) await syncDirectory(join(root, WORK_DIRECTORY));
  // Never written into: what stands there may be linked to a shared cache.
  await rm(path, { force: true });
  return open(path, 'wx');
}

function segmentsOf({ sizeBytes, rangeable }: RemoteFile, segmentBytes: number): Segment[] {
  if (!rangeable || sizeBytes === undefined || sizeBytes <= segmentBytes)
    return [{ index: 0, start: 0, end: sizeBytes }];
  return Array.from({ length: Math.ceil(sizeBytes / segmentBytes) }, (_, index) => ({
    index,
    start: index * segmentBytes,
    end: Math.min(sizeBytes, (index + 1) * segmentBytes),
  }));
}

async function readProgress(
  path: string,
  identity: Omit<Progress, 'done' | 'digest'>,
): Promise<Pick<Progress, 'done' | 'digest'>> {
  try {
    const { done, digest, ...rest } = JSON.parse(await readFile(path, 'utf8')) as Progress;
    const same = (Object.keys(identity) as (keyof typeof identity)[]).every((key) => rest[key] === identity[key]);
    return same && Array.isArray(done) ? { done, digest } : NO_PROGRESS;
  } catch {
    return NO_PROGRESS;
  }
}
