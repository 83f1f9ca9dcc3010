import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';

/** A request's body on its way to an endpoint. */
export type RequestBody = { kind: 'none' } | { kind: 'whole'; bytes: Buffer } | { kind: 'stream'; stream: PassThrough };

/**
 * Reads a small body of known length whole, so that it can be sent again; lets any other flow through. `take` is not called when
 * the client goes away before a small body is complete: then its connection is gone, too.
 */
export function takeBody(req: IncomingMessage, replayBytes: number, take: (body: RequestBody) => void): void {
  const length = req.headers['content-length'];
  if (req.headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) {
    take({ kind: 'none' });
    return;
  }
  if (length !== undefined && Number(length) <= replayBytes) {
    readWhole(req, take);
    return;
  }
  // Not `req` itself: whoever fails to send it destroys it, and the client's connection with it.
  const stream = new PassThrough();
  // Nobody may be listening any more when the client goes away.
  stream.on('error', () => {});
  req.on('close', () => {
    if (!req.complete) stream.destroy(new Error('the client went away'));
  });
  take({ kind: 'stream', stream: req.pipe(stream) });
}

/** Lets go of a body that nobody takes any more; see `Limits.lingerMs`. */
export function dropRest(req: IncomingMessage, stream: PassThrough, lingerMs: number): void {
  req.unpipe(stream);
  stream.destroy();
  if (req.complete || req.destroyed) return;
  req.resume();
  const timer = setTimeout(() => req.destroy(), lingerMs);
  req.once('close', () => clearTimeout(timer));
}

function readWhole(req: IncomingMessage, take: (body: RequestBody) => void): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.once('end', () => take({ kind: 'whole', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) }));
  req.on('error', () => {});
}
