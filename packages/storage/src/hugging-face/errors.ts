import { StorageError } from '../errors.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf, retryAfterMsFrom, statusErrorFrom } from '../http/errors.ts';
import type { HuggingFaceSettings } from './settings.ts';

export interface Asked {
  /** `OWNER/MODEL` */
  repository: string;
  revision: string;
  /** What messages call what was asked for. */
  source: string;
}

/**
 * What an answer of the Hub means that is no success. The Hub names the cause in `X-Error-Code` and `X-Error-Message`; it
 * answers 401 for repositories that do not exist, too, so that nobody can find out which private ones there are
 * (huggingface_hub, `hf_raise_for_status`).
 */
export async function hubErrorFrom(
  response: HttpResponse,
  { repository, revision, source }: Asked,
  { endpoint, token }: HuggingFaceSettings,
): Promise<StorageError> {
  const { status, headers } = response;
  const code = headerOf(headers, 'x-error-code');
  const message = headerOf(headers, 'x-error-message');
  const fallback = await statusErrorFrom(response, source); // reads the body, so that the connection is free again
  const details = { source, status, errorCode: code };
  const model = `hf://${repository}`;
  const page = `${endpoint.href.replace(/\/$/, '')}/${repository}`;
  const who = token ? 'the account of the token' : 'an account';
  const denied = (text: string, hint: string) => new StorageError('AccessDenied', text, { hint, details });
  const missing = (text: string, hint: string) => new StorageError('ObjectNotFound', text, { hint, details });

  if (code === 'RevisionNotFound') {
    return missing(`${model} has no revision "${revision}"`, `a branch, tag or commit of ${page} is expected`);
  }
  if (code === 'EntryNotFound') {
    return missing(`${source} does not exist at revision "${revision}"`, `look at the files of ${page}`);
  }
  if (code === 'GatedRepo') {
    const then = token ? `accept the terms at ${page} with it` : `set HF_TOKEN to a token of one that may`;
    return denied(`${model} is gated, and ${token ? 'the token' : 'an anonymous request'} may not read it`, then);
  }
  if (message === 'Access to this resource is disabled.') {
    return denied(`${model} is disabled by the Hub`, `see ${page}`);
  }
  if (status === 401 && message?.startsWith('Invalid credentials')) {
    return denied(`the Hub does not accept the token for ${source} (401)`, 'check HF_TOKEN: it may have been revoked');
  }
  if (code === 'RepoNotFound' || (status === 401 && code === undefined)) {
    const hint = `check owner and model; a private one needs ${token ? who : 'HF_TOKEN, a token of an account'} that may read it`;
    return missing(`${model} does not exist, or is private (${status})`, hint);
  }
  if (status === 403) {
    const said = message && shown(message, token);
    return denied(
      `not allowed to read ${source} (403)`,
      said ? `the Hub says: ${said}` : 'check what the token may read',
    );
  }
  if (status === 429) {
    const hint = token
      ? 'the rate limit of the account of HF_TOKEN is reached'
      : 'a token in HF_TOKEN has a higher limit';
    const retryAfterMs = rateLimitResetMsFrom(headers) ?? retryAfterMsFrom(headers, Date.now());
    return new StorageError('SourceUnavailable', `${source}: too many requests (429)`, {
      transient: true,
      retryAfterMs,
      hint,
      details,
    });
  }
  return fallback;
}

/**
 * Milliseconds until the window of a rate limit that is used up ends: `RateLimit: "api";r=0;t=55`
 * (draft-ietf-httpapi-ratelimit-headers-09). The header comes with every answer; `r` says whether it is the reason.
 */
function rateLimitResetMsFrom(headers: HttpResponse['headers']): number | undefined {
  const match = /"\w+"\s*;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d{1,6})\b/.exec(headerOf(headers, 'ratelimit') ?? '');
  return match ? (Number(match[1]) + 1) * 1000 : undefined; // the seconds are rounded down
}

/** What a server says may be shown when it is one short line and does not repeat the token. */
function shown(message: string, token: string | undefined): string | undefined {
  if (message.length > 300 || !/^[\x20-\x7e]+$/.test(message)) return undefined;
  return token && message.includes(token) ? undefined : message;
}
