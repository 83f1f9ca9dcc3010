import { rfc3339Nano } from '../clock.ts';

export type LogStream = 'stdout' | 'stderr';

/** Longer lines are cut into parts, as container runtimes do. */
export const partLimitBytes = 16 * 1024;

/**
 * Lines of a log file, each `TIME STREAM F TEXT`, or `P` for a part that the next line of the stream goes on
 * (Kubernetes' CRI log format, so that tools which read node logs read these).
 */
export function formatLogLines(timeMs: number, stream: LogStream, lines: readonly LinePart[]): Buffer {
  const head = Buffer.from(`${rfc3339Nano(timeMs)} ${stream} F `, 'latin1');
  const data = Buffer.allocUnsafe(lines.reduce((size, { text }) => size + head.length + text.length + 1, 0));
  let at = 0;
  for (const { text, partial } of lines) {
    at += head.copy(data, at);
    if (partial) data[at - 2] = 0x50;
    at += text.copy(data, at);
    data[at++] = 0x0a;
  }
  return data;
}

/** A line without its line feed, or a part of one. */
export interface LinePart {
  text: Buffer;
  partial: boolean;
}

export interface LogLine {
  time: string;
  stream: LogStream;
  partial: boolean;
  text: Buffer;
}

/** @param line  without the line feed. `undefined` for what is not a log line (a write that a crash cut off). */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const head = /^(\S+) (stdout|stderr) ([FP]) /.exec(line.subarray(0, 64).toString('latin1'));
  if (!head) return undefined;
  return {
    time: head[1] ?? '',
    stream: head[2] as LogStream,
    partial: head[3] === 'P',
    text: line.subarray(head[0].length),
  };
}

/** Cuts a stream of bytes into lines and parts. */
export function createLineSplitter(): {
  push(chunk: Buffer): LinePart[];
  end(): LinePart[];
} {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const lines: LinePart[] = [];
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (data.length > 0) {
        const end = data.indexOf(0x0a);
        if (end >= 0 && end <= partLimitBytes) {
          lines.push({ text: data.subarray(0, end), partial: false });
          data = data.subarray(end + 1);
        } else if (data.length > partLimitBytes) {
          lines.push({ text: data.subarray(0, partLimitBytes), partial: true });
          data = data.subarray(partLimitBytes);
        } else break;
      }
      rest = Buffer.from(data);
      return lines;
    },
    end() {
      const last = rest;
      rest = Buffer.alloc(0);
      return last.length === 0 ? [] : [{ text: last, partial: false }];
    },
  };
}
