import type { Duplex } from 'node:stream';
import { StatusError } from '@serval/kube/objects';

/** Answers what cannot be read as HTTP with a Status too, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, text } = lineOf(error.code);
  const status = new StatusError('BadRequest', text).toStatus();
  const body = `${JSON.stringify({ ...status, code })}\n`;
  socket.end(
    `HTTP/1.1 ${code} ${text}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function lineOf(errorCode: string | undefined): { code: number; text: string } {
  if (errorCode === 'HPE_HEADER_OVERFLOW') return { code: 431, text: 'Request Header Fields Too Large' };
  if (errorCode === 'ERR_HTTP_REQUEST_TIMEOUT') return { code: 408, text: 'Request Timeout' };
  return { code: 400, text: 'Bad Request' };
}
