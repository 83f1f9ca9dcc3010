import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

/** What happens to one answer. Byte counts are of the body. */
export type Fault =
  | { kind: 'pass' }
  | { kind: 'cut'; afterBytes: number }
  | { kind: 'stall'; afterBytes: number }
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  | { kind: 'reset' }
  /** Declares another length than it sends. */
  | { kind: 'length'; by: number }
  | { kind: 'corrupt'; at: number }
  /** Sends a piece at a time. */
  | { kind: 'drip'; pieceBytes: number; everyMs: number }
  /** Answers 200 with everything although a range was asked for. */
  | { kind: 'whole' }
  /** Waits for `until` before the answer's first byte. */
  | { kind: 'hold'; until: Promise<unknown> };

export interface FaultProxy {
  url: string;
  /** Taken one by one, in order, by answers with data; listings and answers to HEAD pass. */
  faults: Fault[];
  /** As `faults`, for listings. */
  listFaults: Fault[];
  /** Called before each request with data is passed on. */
  beforeData: (count: number) => void;
}

/** Stands before a real server and does what bad networks and servers do. */
export async function startFaultProxy(scope: Scope, upstream: string): Promise<FaultProxy> {
  const proxy: FaultProxy = { url: '', faults: [], listFaults: [], beforeData: () => {} };
  let count = 0;
  proxy.url = await startHttp(scope, (request, response) => {
    const listing = request.url!.includes('list-type=');
    const head = request.method === 'HEAD';
    if (!listing && !head) proxy.beforeData(count++);
    const fault = (head ? undefined : (listing ? proxy.listFaults : proxy.faults).shift()) ?? { kind: 'pass' };
    if (fault.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end();
      return;
    }
    const target = new URL(request.url!, upstream);
    const headers = { ...request.headers };
    if (fault.kind === 'whole') delete headers.range;
    const onward = forward(target, { method: request.method, headers, agent: false }, (answer) => {
      pass(answer, response, fault).catch(() => response.destroy());
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return proxy;
}

async function pass(answer: IncomingMessage, response: ServerResponse, fault: Fault): Promise<void> {
  const headers: Record<string, string | string[] | undefined> = { ...answer.headers, connection: 'close' };
  delete headers['transfer-encoding']; // the end of the connection ends the body
  if (fault.kind === 'hold') await fault.until;
  if (fault.kind === 'length') headers['content-length'] = String(Number(headers['content-length']) + fault.by);
  // Written to the socket by hand where Node's own server would refuse to lie.
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const socket = response.socket!;
  socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`);
  let sent = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const data = Buffer.from(chunk);
    if (fault.kind === 'corrupt' && fault.at >= sent && fault.at < sent + data.length) data[fault.at - sent]! ^= 0xff;
    if ((fault.kind === 'cut' || fault.kind === 'stall') && sent + data.length >= fault.afterBytes) {
      socket.write(data.subarray(0, fault.afterBytes - sent));
      answer.destroy();
      if (fault.kind === 'cut') socket.end();
      return;
    }
    if (fault.kind === 'drip') await drip(socket, data, fault);
    else socket.write(data);
    sent += data.length;
  }
  socket.end();
}

async function drip(
  socket: Socket,
  data: Buffer,
  { pieceBytes, everyMs }: { pieceBytes: number; everyMs: number },
): Promise<void> {
  for (let from = 0; from < data.length && !socket.destroyed; from += pieceBytes) {
    socket.write(data.subarray(from, from + pieceBytes));
    await sleep(everyMs);
  }
}
