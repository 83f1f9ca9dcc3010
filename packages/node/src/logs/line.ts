import { rfc3339Nano } from '../clock.ts';

export type LogStream = 'stdout' | 'stderr';

/** Longer lines are cut into parts, as container runtimes do. */
export const partLimitBytes = 16 * 1024;

/**
 * One line of a log file: `TIME STREAM F TEXT`, or `P` for a part that the next line of the stream goes on
 * (Kubernetes' CRI log format, so that tools which read node logs read these).
 */
export function formatLogLine(timeMs: number, stream: LogStream, text: Buffer, partial: boolean): Buffer {
  return Buffer.concat([Buffer.from(`${rfc3339Nano(timeMs)} ${stream} ${partial ? 'P' : 'F'} `), text, newline]);
}

const newline = Buffer.from('\n');

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
  push(chunk: Buffer): { text: Buffer; partial: boolean }[];
  end(): { text: Buffer; partial: boolean }[];
} {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const lines: { text: Buffer; partial: boolean }[] = [];
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
