import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why the gateway itself answers: a closed set, told in the header `x-serval-gateway` for programs. */
const refusals = {
  BadRequest: 400,
  NotFound: 404,
  MethodNotAllowed: 405,
  NoBackend: 500,
  EndpointFailed: 502,
  UnknownService: 502,
  NoEndpoints: 503,
  EndpointUnreachable: 503,
  Overloaded: 503,
  Timeout: 504,
  LoopDetected: 508,
} as const;
type RefusalCode = keyof typeof refusals;

export interface Refusal {
  code: RefusalCode;
  message: string;
}

/** Answers `{"error": message}`, the error form of the inference protocols. Does nothing once an answer has begun. */
export function refuse(res: ServerResponse, { code, message }: Refusal): void {
  if (res.headersSent || res.destroyed) return;
  const body = Buffer.from(`${JSON.stringify({ error: message })}\n`);
  res.writeHead(refusals[code], {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-serval-gateway': code,
  });
  res.end(body);
}

/** The same on a bare socket (CONNECT, upgrades), which is closed. */
export function refuseSocket(socket: Duplex, { code, message }: Refusal): void {
  if (socket.destroyed) return;
  const body = `${JSON.stringify({ error: message })}\n`;
  socket.end(
    `HTTP/1.1 ${refusals[code]} ${code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-serval-gateway: ${code}\r\nconnection: close\r\n\r\n${body}`,
  );
}
