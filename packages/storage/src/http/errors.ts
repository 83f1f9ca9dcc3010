import { abortedError, StorageError } from '../errors.ts';
import type { HttpResponse } from './connections.ts';
import type { Trust } from './trust.ts';

const TLS_CODES =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|ERR_SSL_|ERR_TLS_)/;

/** Alerts by which a server refuses a client's certificate or wants one (RFC 8446, section 6.2). */
const CLIENT_REFUSED =
  /^ERR_SSL_.*ALERT_(ACCESS_DENIED|BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE)$/;

const TRUST_HINT =
  'give its certificate authority with certificate (PEM) or cabundle_configmap of the storage entry, or with SERVAL_CA_BUNDLES, AWS_CA_BUNDLE, SSL_CERT_FILE or TLS_CA (hdfs), and check the host name';

/** Longest text of an error answer that is looked at. */
const MAX_ERROR_BODY_BYTES = 65_536;

/**
 * What a request that brought no answer, or a body that broke off, means.
 * @param trust  what the server was to prove its identity by, besides the roots
 */
export function requestErrorFrom(
  error: unknown,
  source: string,
  url: URL,
  signal: AbortSignal,
  trust?: Trust | undefined,
): StorageError {
  if (error instanceof StorageError) return error;
  if (signal.aborted) return abortedError(signal);
  const code = errorCode(error);
  const details = { source, host: url.host, errno: code };
  if (CLIENT_REFUSED.test(code)) {
    return new StorageError('AccessDenied', `${url.host} refused the TLS connection for ${source} (${code})`, {
      hint: 'it asks for a client certificate, or does not accept the one it was shown',
      details,
      cause: error,
    });
  }
  if (TLS_CODES.test(code)) {
    const trusted = `trusted are the roots and ${trust ? trust.description : 'nothing besides'}`;
    const summary = `${url.host} did not prove its identity for ${source} (${code}); ${[trusted, ...(trust?.notes ?? [])].join('; ')}`;
    return new StorageError('TlsUntrusted', summary, { hint: TRUST_HINT, details, cause: error });
  }
  const reason = code || (error instanceof Error ? error.message : String(error));
  return new StorageError('SourceUnavailable', `${url.host} did not answer for ${source} (${reason})`, {
    hint: hintFor(code),
    details,
    cause: error,
    transient: true,
  });
}

function errorCode(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException;
    if (code) return code;
    if (each instanceof AggregateError && each.errors.length > 0) return errorCode(each.errors[0]);
  }
  return '';
}

function hintFor(code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name cannot be resolved; check it, and the proxy settings';
    case 'ECONNREFUSED':
      return 'nothing listens there; check host and port';
    case 'ETIMEDOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return 'it sent nothing for too long';
    default:
      return 'check the network between here and there';
  }
}

/** 408, 429 and 5xx pass; other statuses do not get better by asking again. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** `Retry-After` as seconds or date; `undefined` where there is none or it makes no sense. */
export function retryAfterMsFrom(headers: HttpResponse['headers'], nowMs: number): number | undefined {
  const value = headerOf(headers, 'retry-after');
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

export function headerOf(headers: HttpResponse['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The beginning of an error answer, for its code; the connection goes back to the pool where it can. */
export async function readErrorText(response: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_ERROR_BODY_BYTES) break;
    }
  } catch {
    // The status already tells what went wrong.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a status that is no success means, where the protocol says nothing more exact. Reads the answer's body. */
export async function statusErrorFrom(
  response: HttpResponse,
  source: string,
  hints: { denied?: string; notFound?: string; rejected?: string } = {},
): Promise<StorageError> {
  await readErrorText(response);
  const { status } = response;
  const details = { source, status };
  if (status === 404 || status === 410) {
    const hint = hints.notFound ?? 'check host and path';
    return new StorageError('ObjectNotFound', `${source} does not exist (${status})`, { hint, details });
  }
  if (status === 401 || status === 403 || status === 407) {
    const hint = hints.denied ?? 'check the credentials, their expiry, and what they may read';
    return new StorageError('AccessDenied', `not allowed to read ${source} (${status})`, { hint, details });
  }
  if (isTransientStatus(status)) {
    return new StorageError('SourceUnavailable', `${source} answered ${status}`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
      details,
    });
  }
  return new StorageError('SourceRejected', `${source} answered ${status}`, {
    hint: hints.rejected ?? 'a file answers 200 or 206',
    details,
  });
}
