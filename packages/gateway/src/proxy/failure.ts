import type { Refusal } from './answer.ts';

const plain: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  EPIPE: 'closed the connection while the request was sent',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  EADDRNOTAVAIL: 'cannot be reached: no local address or port is left',
  ENOTFOUND: 'has a name that cannot be resolved',
  EAI_AGAIN: 'has a name that cannot be resolved right now',
  UND_ERR_SOCKET: 'closed the connection before it answered',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept the connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'paused too long inside its answer',
  UND_ERR_HEADERS_OVERFLOW: 'answered with too large a head',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'was sent a body of another length than announced',
};

/** What went wrong with an endpoint, for people; codes of sockets, undici and the HTTP parser are translated here only. */
export function describeFailure(error: Error): string {
  const code = codeOf(error);
  if (error.name === 'HTTPParserError') return `does not speak HTTP/1.1 (${error.message})`;
  return plain[code] ?? `failed: ${error.message}`;
}

export function failureRefusal(error: Error, endpoint: string, target: string, connected: boolean): Refusal {
  const message = `endpoint ${endpoint} of ${target} ${describeFailure(error)}`;
  if (codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT') return { code: 'Timeout', message };
  return { code: connected ? 'EndpointFailed' : 'EndpointUnreachable', message };
}

/** Whether the connection was lost, as opposed to a bad answer or a slow one. */
export function isConnectionLoss(error: Error): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(error));
}

function codeOf(error: Error): string {
  return (error as { code?: string }).code ?? '';
}
