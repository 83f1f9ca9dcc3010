import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../errors.ts';
import { type LogLine, parseLogLine } from './line.ts';

/** `PodLogOptions` of the Kubernetes API. */
export interface LogOptions {
  follow?: boolean;
  tailLines?: number;
  /** RFC 3339; lines before it are left out. */
  sinceTime?: string;
  timestamps?: boolean;
  limitBytes?: number;
}

/** Tells a follower when to look again. */
export interface LogSource {
  readonly closed: boolean;
  onAppend(listener: () => void): () => void;
}

const readSizeBytes = 64 * 1024;

/**
 * The text of a log, in chunks. `tailLines` counts whole lines; `follow` goes on until `source` is closed or the
 * signal aborts.
 * @param source  the writer, if the container still runs
 */
export async function* readLog(
  path: string,
  options: LogOptions,
  source: LogSource | undefined,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  const skip = options.tailLines === undefined ? 0 : await linesBeforeTail(path, options.tailLines, signal);
  let seen = 0;
  let lineStart = true;
  for await (const lines of allLines(path, options.follow ? source : undefined, signal)) {
    const parts: Buffer[] = [];
    for (const line of lines) {
      const from = lineStart;
      lineStart = !line.partial;
      const skipped = seen < skip;
      if (lineStart) seen += 1;
      if (skipped || (options.sinceTime && line.time < options.sinceTime)) continue;
      if (options.timestamps && from) parts.push(Buffer.from(`${line.time} `));
      parts.push(line.text);
      if (!line.partial) parts.push(lineFeed);
    }
    const text = Buffer.concat(parts);
    const chunk = text.length > left ? text.subarray(0, left) : text;
    left -= chunk.length;
    if (chunk.length > 0) yield chunk;
    if (left <= 0) return;
  }
}

const lineFeed = Buffer.from('\n');

async function linesBeforeTail(path: string, tailLines: number, signal: AbortSignal): Promise<number> {
  let lines = 0;
  for await (const some of allLines(path, undefined, signal)) {
    for (const { partial } of some) if (!partial) lines += 1;
  }
  return Math.max(0, lines - tailLines);
}

/** The rotated file, then the current one, then, if there is a source, what is added: the lines of each read together. */
async function* allLines(path: string, source: LogSource | undefined, signal: AbortSignal): AsyncGenerator<LogLine[]> {
  const file = await openCurrent(path);
  let isOpen = true;
  try {
    const before = await openOrUndefined(`${path}.1`);
    // Put aside since the line before: one file under both names.
    if (before && file && (await inodeOf(before)) === (await inodeOf(file))) await before.close();
    else if (before) yield* linesOf(before, path, undefined, signal);
    isOpen = false;
    if (file) yield* linesOf(file, path, source, signal);
  } finally {
    if (isOpen) await file?.close();
  }
}

/** A log that is being put aside has no current file for a moment. */
async function openCurrent(path: string): Promise<FileHandle | undefined> {
  for (let tries = 0; ; tries += 1) {
    const file = await openOrUndefined(path);
    if (file || tries === 100 || !(await logExists(path))) return file;
    await sleep(10);
  }
}

async function inodeOf(file: FileHandle): Promise<number> {
  return (await file.stat()).ino;
}

/** Whether a run has a log, also while that is being put aside. */
export async function logExists(path: string): Promise<boolean> {
  for (const candidate of [path, `${path}.1`, path]) {
    if (await stat(candidate).catch(() => undefined)) return true;
  }
  return false;
}

async function* linesOf(
  first: FileHandle,
  path: string,
  source: LogSource | undefined,
  signal: AbortSignal,
): AsyncGenerator<LogLine[]> {
  let file = first;
  let rest: Buffer = Buffer.alloc(0);
  const buffer = Buffer.alloc(readSizeBytes);
  let wake: () => void = () => {};
  const unsubscribe = source?.onAppend(() => wake());
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const appended = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const wasClosed = source?.closed ?? true;
      const { bytesRead } = await file.read(buffer, 0, readSizeBytes);
      if (bytesRead > 0) {
        let data = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const lines: LogLine[] = [];
        for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a)) {
          const line = parseLogLine(data.subarray(0, end));
          if (line) lines.push(line);
          data = data.subarray(end + 1);
        }
        rest = Buffer.from(data);
        if (lines.length > 0) yield lines;
      } else if (source && (await wasRotated(file, path))) {
        await file.close();
        file = await open(path, 'r');
      } else if (wasClosed) return;
      else if (!signal.aborted) await appended;
    }
  } finally {
    unsubscribe?.();
    signal.removeEventListener('abort', onAbort);
    await file.close();
  }
}

async function wasRotated(file: FileHandle, path: string): Promise<boolean> {
  try {
    return (await stat(path)).ino !== (await inodeOf(file));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function openOrUndefined(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The last lines of a log, at most `limitBytes` of them: what stands in for a termination message. */
export async function lastLogText(
  path: string,
  lines: number,
  limitBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const kept: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of readLog(path, { tailLines: lines }, undefined, signal)) {
    kept.push(chunk);
    sizeBytes += chunk.length;
    while (sizeBytes - (kept[0]?.length ?? 0) >= limitBytes) sizeBytes -= kept.shift()?.length ?? 0;
  }
  const text = Buffer.concat(kept);
  return text.subarray(Math.max(0, text.length - limitBytes)).toString('utf8');
}
