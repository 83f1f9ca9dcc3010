import { StorageError } from '../errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { discardBody, readJsonBody } from './body.ts';
import type { HttpRequest, HttpResponse } from './connections.ts';
import { isTransientStatus, readErrorText, retryAfterMsFrom } from './errors.ts';

export interface AccessToken {
  value: string;
  /** Unix time. */
  expiresAtMs: number;
}

/** Tokens are renewed this long before they expire, or after half of their life if that is shorter. */
const RENEW_BEFORE_MS = 300_000;

/** Tokens have a few kilobytes. */
const MAX_ANSWER_BYTES = 256 * 1024;

interface Slot {
  current: { token: AccessToken; renewAtMs: number } | undefined;
  pending: Promise<AccessToken> | undefined;
}

/**
 * The token of this name, fetched where there is none or it is about to expire. However many ask together, one request is made;
 * a failure is not remembered.
 */
export async function memoisedToken(
  memo: ProviderOptions['memo'],
  name: string,
  fetchToken: () => Promise<AccessToken>,
  signal: AbortSignal,
): Promise<string> {
  const slot = (memo.get(name) ?? { current: undefined, pending: undefined }) as Slot;
  memo.set(name, slot);
  for (;;) {
    if (slot.current && Date.now() < slot.current.renewAtMs) return slot.current.token.value;
    const others = slot.pending;
    slot.pending ??= fetchInto(slot, fetchToken);
    try {
      return (await slot.pending).value;
    } catch (error) {
      signal.throwIfAborted();
      // The one who asked first was stopped, which is no reason for us.
      if (!others || !(error instanceof StorageError) || error.code !== 'Aborted') throw error;
    }
  }
}

async function fetchInto(slot: Slot, fetchToken: () => Promise<AccessToken>): Promise<AccessToken> {
  try {
    const token = await fetchToken();
    const lifeMs = token.expiresAtMs - Date.now();
    slot.current = { token, renewAtMs: token.expiresAtMs - Math.min(RENEW_BEFORE_MS, lifeMs / 2) };
    return token;
  } finally {
    slot.pending = undefined;
  }
}

/** For a server that refuses a token before its time. */
export function forgetToken(memo: ProviderOptions['memo'], name: string): void {
  const slot = memo.get(name) as Slot | undefined;
  if (slot) slot.current = undefined;
}

export interface TokenRequest extends Pick<HttpRequest, 'url' | 'method' | 'body' | 'direct'> {
  headers?: Record<string, string>;
  /** What to check when it is refused. */
  denied: string;
}

/** The form of a token request. */
export function formBody(fields: Record<string, string | undefined>): Pick<HttpRequest, 'method' | 'body' | 'headers'> {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(given).toString(),
  };
}

/**
 * The JSON object that a token endpoint answers with (RFC 6749, section 5).
 * @throws StorageError AccessDenied with the endpoint's own error code; SourceUnavailable, SourceRejected
 */
export async function requestTokenAnswer(
  { denied, headers = {}, ...request }: TokenRequest,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const source = 'an access token';
  const { url } = request;
  const response = await options.connections.request({ ...request, headers, source, signal });
  if (response.status !== 200 && response.status !== 201) throw await refused(response, url, denied);
  const answer = await readJsonBody(response, `an access token from ${url.host}`, MAX_ANSWER_BYTES);
  if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>;
  throw noToken(url);
}

/** `access_token` with `expires_in`, or with `expires_on`, which Azure's endpoints prefer; both come as numbers or texts. */
export async function requestToken(
  request: TokenRequest,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<AccessToken> {
  const answer = await requestTokenAnswer(request, options, signal);
  const value = answer['access_token'];
  const lifeSeconds = Number(answer['expires_in'] ?? Number.NaN);
  const expiresOn = Number(answer['expires_on'] ?? Number.NaN);
  const expiresAtMs = Number.isFinite(lifeSeconds) ? Date.now() + lifeSeconds * 1000 : expiresOn * 1000;
  return checkedToken(value, expiresAtMs, request.url);
}

export function checkedToken(value: unknown, expiresAtMs: number, url: URL): AccessToken {
  // What is not visible ASCII could not stand in a header.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || !Number.isFinite(expiresAtMs)) throw noToken(url);
  return { value, expiresAtMs };
}

async function refused(response: HttpResponse, url: URL, denied: string): Promise<StorageError> {
  const { status } = response;
  const reason = tokenErrorCode(await readErrorText(response));
  discardBody(response);
  const shown = reason ? `${status} ${reason}` : `${status}`;
  const details = { host: url.host, status, reason };
  if (isTransientStatus(status)) {
    return new StorageError('SourceUnavailable', `${url.host} answered ${shown} instead of an access token`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
      details,
    });
  }
  return new StorageError('AccessDenied', `${url.host} issued no access token (${shown})`, { hint: denied, details });
}

/** Only codes: the descriptions may quote what was sent. */
function tokenErrorCode(text: string): string | undefined {
  const description = /AADSTS\d+/.exec(text)?.[0];
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    const code = typeof error === 'object' && error !== null ? (error as { status?: unknown }).status : error;
    if (typeof code === 'string' && /^\w{1,64}$/.test(code)) return description ? `${code} ${description}` : code;
  } catch {
    // Not JSON; the status tells enough.
  }
  return description;
}

function noToken(url: URL): StorageError {
  return new StorageError('SourceRejected', `${url.host} answered without an access token`, {
    hint: 'check that the address leads to a token endpoint',
  });
}
