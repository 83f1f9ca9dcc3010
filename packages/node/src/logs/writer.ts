import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '@serval/kube/client';
import { createLineSplitter, formatLogLines, type LinePart, type LogStream } from './line.ts';

/** A file is put aside as `FILE.1` when it is this big, and one such is kept: 20 MiB per run at most. */
const rotateAtBytes = 10 * 1024 * 1024;

export interface LogWriter {
  readonly path: string;
  /**
   * Copies a stream until it ends. A slow disk slows the writer of the stream, not our memory. What cannot be written (the
   * disk is full) is lost, and the stream is read on: a program must not die of its log.
   * @throws at the end, the first thing that went wrong
   */
  copy(stream: LogStream, source: Readable): Promise<void>;
  close(): Promise<void>;
  /** True after `close`: nothing more will come. */
  readonly closed: boolean;
  /** Calls back whenever something was added, and at the end. Returns the way to unsubscribe. */
  onAppend(listener: () => void): () => void;
}

export async function createLogWriter(path: string, clock: Clock, limitBytes = rotateAtBytes): Promise<LogWriter> {
  let file: FileHandle = await open(path, 'a', 0o600);
  let sizeBytes = (await stat(path)).size;
  let closed = false;
  const listeners = new Set<() => void>();
  let turn: Promise<unknown> = Promise.resolve();

  function append(data: Buffer): Promise<void> {
    const done = turn.then(async () => {
      if (sizeBytes > 0 && sizeBytes + data.length > limitBytes) {
        await rename(path, `${path}.1`);
        const full = file;
        file = await open(path, 'a', 0o600);
        sizeBytes = 0;
        await full.close();
      }
      await file.appendFile(data);
      sizeBytes += data.length;
      for (const listener of listeners) listener();
    });
    turn = done.catch(() => {});
    return done;
  }

  return {
    path,
    get closed() {
      return closed;
    },
    async copy(stream, source) {
      const splitter = createLineSplitter();
      let fault: unknown;
      const write = async (lines: LinePart[]): Promise<void> => {
        if (lines.length === 0) return;
        try {
          await append(formatLogLines(clock.now(), stream, lines));
        } catch (error) {
          fault ??= error;
        }
      };
      try {
        for await (const chunk of source) await write(splitter.push(chunk as Buffer));
      } catch (error) {
        // Destroyed by us because a stray descendant held the pipe open.
        if (!source.destroyed) throw error;
      }
      await write(splitter.end());
      if (fault) throw fault;
    },
    async close() {
      if (closed) return;
      await turn;
      closed = true;
      await file.close();
      for (const listener of listeners) listener();
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
