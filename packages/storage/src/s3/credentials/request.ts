import { StorageError } from '../../errors.ts';
import { readBody } from '../../http/body.ts';
import { isTransientStatus, retryAfterMsFrom } from '../../http/errors.ts';
import type { ProviderOptions } from '../../provider.ts';

/** An answer with credentials or a token is far smaller. */
const MAX_ANSWER_BYTES = 65_536;

export interface CredentialRequest {
  method: 'GET' | 'PUT' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** What messages call the service. */
  source: string;
  timeoutMs: number;
  /** Past any proxy. */
  direct: boolean;
}

export interface CredentialAnswer {
  status: number;
  text: string;
  retryAfterMs: number | undefined;
}

/** One request, its whole answer read. @throws StorageError SourceUnavailable (transient) where it takes too long or breaks off */
export async function requestCredentials(
  { timeoutMs, ...request }: CredentialRequest,
  { connections }: ProviderOptions,
  signal: AbortSignal,
): Promise<CredentialAnswer> {
  const { source } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  try {
    const response = await connections.request({ ...request, signal: either });
    const text = (await readBody(response, source, MAX_ANSWER_BYTES)).toString('utf8');
    return { status: response.status, text, retryAfterMs: retryAfterMsFrom(response.headers, Date.now()) };
  } catch (cause) {
    if (!timeout.aborted || signal.aborted) throw cause;
    throw new StorageError('SourceUnavailable', `${source} did not answer within ${timeoutMs} ms`, {
      cause,
      transient: true,
      details: { host: request.url.host },
    });
  }
}

/** What a refusal means. Never shows the answer's text, which may repeat the token that was sent. */
export function credentialError(
  { status, retryAfterMs }: CredentialAnswer,
  source: string,
  about: { code?: string | undefined; hint: string; transientCodes?: readonly string[] },
): StorageError {
  const { code, hint } = about;
  const shown = code ? `${status} ${code}` : `${status}`;
  const transient = isTransientStatus(status) || (code !== undefined && (about.transientCodes ?? []).includes(code));
  return new StorageError(
    transient ? 'SourceUnavailable' : 'AccessDenied',
    `${source} gave no credentials (${shown})`,
    {
      hint,
      transient,
      retryAfterMs,
      details: { status, code },
    },
  );
}
