export const connectionErrorCodes = [
  'Refused',
  'Unreachable',
  'UnknownHost',
  'Reset',
  'Timeout',
  'Tls',
  'Aborted',
  'BadAnswer',
  'Failed',
] as const;
export type ConnectionErrorCode = (typeof connectionErrorCodes)[number];

/** No usable answer came from the API server. Whether the request took effect is unknown, except for `Refused` and `UnknownHost`. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionErrorCode;

  constructor(code: ConnectionErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

export function isConnectionError(error: unknown, ...codes: ConnectionErrorCode[]): error is ConnectionError {
  return error instanceof ConnectionError && (codes.length === 0 || codes.includes(error.code));
}

const untrusted =
  'its certificate is signed by an authority that is not trusted here: check certificate-authority-data';
const explained: Record<string, [ConnectionErrorCode, string]> = {
  ECONNREFUSED: ['Refused', 'nothing listens there: is the API server running?'],
  ENOTFOUND: ['UnknownHost', 'its host name cannot be resolved'],
  EAI_AGAIN: ['UnknownHost', 'its host name cannot be resolved right now (no answer from DNS)'],
  EHOSTUNREACH: ['Unreachable', 'there is no route to its host'],
  ENETUNREACH: ['Unreachable', 'there is no route to its network'],
  EADDRNOTAVAIL: ['Unreachable', 'no local address can reach it'],
  ECONNRESET: ['Reset', 'the connection was reset'],
  EPIPE: ['Reset', 'the connection was closed while the request was sent'],
  UND_ERR_SOCKET: ['Reset', 'the connection was closed before the answer was complete'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['Reset', 'the answer ended early'],
  ETIMEDOUT: ['Timeout', 'it does not answer'],
  UND_ERR_CONNECT_TIMEOUT: ['Timeout', 'no connection within 10 s'],
  UND_ERR_HEADERS_TIMEOUT: ['Timeout', 'no answer in time'],
  UND_ERR_BODY_TIMEOUT: ['Timeout', 'the answer stalled'],
  UND_ERR_HEADERS_OVERFLOW: ['BadAnswer', 'its answer has too large a header'],
  HPE_INVALID_CONSTANT: ['BadAnswer', 'it does not speak HTTP (or wants TLS: try https)'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['Tls', 'it does not speak TLS: try http'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['Tls', 'it does not speak TLS: try http'],
  SELF_SIGNED_CERT_IN_CHAIN: ['Tls', untrusted],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['Tls', untrusted],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['Tls', untrusted],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['Tls', untrusted],
  UNABLE_TO_GET_ISSUER_CERT: ['Tls', untrusted],
  CERT_SIGNATURE_FAILURE: [
    'Tls',
    'its certificate was signed by another authority of the same name: is the kubeconfig old?',
  ],
  CERT_HAS_EXPIRED: ['Tls', 'its certificate has expired'],
  CERT_NOT_YET_VALID: ['Tls', "its certificate is not valid yet: check this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: ['Tls', 'its certificate is for another name'],
};

/**
 * The ConnectionError of whatever a socket, TLS or HTTP layer threw.
 *
 * @param where shown in the message; must hold no credentials.
 */
export function connectionErrorFrom(error: unknown, where: string, signal?: AbortSignal): ConnectionError {
  if (error instanceof ConnectionError) return error;
  if (signal?.aborted) return new ConnectionError('Aborted', `request to ${where} aborted`, { cause: error });
  const code = errorCode(error);
  const known = explained[code ?? ''];
  if (known) return new ConnectionError(known[0], `${where} cannot be used: ${known[1]} (${code})`, { cause: error });
  const kind = code?.startsWith('ERR_SSL') || code?.startsWith('ERR_TLS') ? 'Tls' : 'Failed';
  const said = error instanceof Error ? error.message : String(error);
  return new ConnectionError(kind, `${where} cannot be used: ${said}`, { cause: error });
}

/** The code of the error or of what caused it; happy eyeballs wraps several in an AggregateError. */
function errorCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const inner = errorCode(cause, depth + 1) ?? (Array.isArray(errors) ? errorCode(errors[0], depth + 1) : undefined);
  if (typeof code === 'string' && (explained[code] !== undefined || inner === undefined)) return code;
  return inner;
}
