import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { percentile } from './table.ts';

export interface LoadResult {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}

export interface LoadTarget {
  /** `http://127.0.0.1:8080`. */
  origin: string;
  path: string;
  host: string;
  body: string;
}

/**
 * POSTs over kept-alive sockets, one request at a time on each, and looks no closer at answers than it must: an HTTP client would take more
 * processor time than what is measured, on the same cores.
 */
export async function measureLoad(target: LoadTarget, connections: number, durationMs: number): Promise<LoadResult> {
  const { hostname, port } = new URL(target.origin);
  const message = Buffer.from(
    `POST ${target.path} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(target.body)}\r\n\r\n${target.body}`,
  );
  const latenciesMs: number[] = [];
  let failures = 0;
  const begin = performance.now();
  const end = begin + durationMs;

  function client(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket: Socket = connect(Number(port), hostname);
      let sentAt = 0;
      let received = '';
      const send = () => {
        sentAt = performance.now();
        if (sentAt >= end) {
          socket.end();
          resolve();
        } else socket.write(message);
      };
      socket.setNoDelay(true);
      socket.once('connect', send);
      socket.once('error', reject);
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        if (received.length < answerLength(received)) return;
        latenciesMs.push(performance.now() - sentAt);
        if (!received.startsWith('HTTP/1.1 200')) failures++;
        received = '';
        send();
      });
    });
  }

  await Promise.all(Array.from({ length: connections }, client));
  return {
    requestsPerSecond: latenciesMs.length / ((performance.now() - begin) / 1000),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    failures,
    requests: latenciesMs.length,
  };
}

/** Of an answer with `content-length`; infinite while its head is not whole. */
function answerLength(received: string): number {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return Number.POSITIVE_INFINITY;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, head + 2));
  return head + 4 + Number(length?.[1] ?? 0);
}

/** Microseconds of processor time, user and system, of all threads of a process; Linux only. */
export async function cpuMicroseconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // In clock ticks, of which Linux tells 100 in a second (proc(5)).
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
