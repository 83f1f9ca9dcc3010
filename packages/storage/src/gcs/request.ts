import { StorageError } from '../errors.ts';
import { forgetToken, memoisedToken } from '../http/access-token.ts';
import { discardBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { isTransientStatus, readErrorText, retryAfterMsFrom } from '../http/errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { findTokenSource, type TokenSource } from './credentials.ts';
import type { GcsSettings } from './settings.ts';

const READ_SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only';

const SOURCE = 'gcs credentials';
const TOKEN = 'gcs token';

export interface GcsRequest {
  url: URL;
  headers?: Record<string, string>;
  /** What messages call the object. */
  source: string;
}

/** One GET with a token, or without where there are no credentials; answers with any status. */
export async function gcsRequest(
  { url, headers = {}, source }: GcsRequest,
  settings: GcsSettings,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const project: Record<string, string> = settings.quotaProject ? { 'x-goog-user-project': settings.quotaProject } : {};
  for (let attempt = 1; ; attempt++) {
    const authorization = await authorizationFor(settings, options, signal);
    const response = await options.connections.request({
      method: 'GET',
      url,
      headers: { 'accept-encoding': 'identity', ...project, ...authorization, ...headers },
      source,
      signal,
    });
    if (response.status !== 401 || !authorization['authorization'] || attempt === 2) return response;
    // It may have been revoked, or the clock here may be slow.
    discardBody(response);
    forgetToken(options.memo, TOKEN);
  }
}

async function authorizationFor(
  { emulator }: GcsSettings,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const { memo } = options;
  if (emulator) return {};
  if (!memo.has(SOURCE)) memo.set(SOURCE, await findTokenSource(options));
  const source = memo.get(SOURCE) as TokenSource | undefined;
  if (!source) return {};
  try {
    const token = await memoisedToken(
      memo,
      TOKEN,
      async () => {
        const fetched = await source.fetchToken(READ_SCOPE, options, signal);
        if (fetched) return fetched;
        memo.set(SOURCE, undefined);
        throw new NoCredentials();
      },
      signal,
    );
    return { authorization: `Bearer ${token}` };
  } catch (error) {
    if (error instanceof NoCredentials) return {};
    throw error;
  }
}

class NoCredentials extends Error {}

/** What a status other than 200 and 206 means. Reads the answer's body. */
export async function gcsStatusError(
  response: HttpResponse,
  settings: GcsSettings,
  { memo }: ProviderOptions,
  { bucket, source }: { bucket: string; source: string },
): Promise<StorageError> {
  const { status } = response;
  const reason = reasonFrom(await readErrorText(response));
  const host = settings.endpoint.host;
  const details = { source, bucket, status, reason };
  const shown = reason ? `${status} ${reason}` : `${status}`;
  if (status === 404) {
    return new StorageError('ObjectNotFound', `bucket "${bucket}" does not exist at ${host}`, {
      hint: 'check the bucket',
      details,
    });
  }
  if (isTransientStatus(status) || /^(user)?rateLimitExceeded$/i.test(reason ?? '')) {
    return new StorageError('SourceUnavailable', `${host} answered ${shown} for ${source}`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
      details,
    });
  }
  if (status === 401 || status === 403) {
    const credentials = memo.get(SOURCE) as TokenSource | undefined;
    const hint = credentials
      ? `check that ${credentials.name} has the role Storage Object Viewer on the bucket`
      : 'requests were anonymous; set GOOGLE_APPLICATION_CREDENTIALS to the file of a key, or give the Pod a workload identity';
    return new StorageError('AccessDenied', `not allowed to read ${source} (${shown})`, { hint, details });
  }
  return new StorageError('SourceRejected', `${host} answered ${shown} for ${source}`, {
    hint: 'check bucket and endpoint',
    details,
  });
}

/** `reason` of the first error of an error answer, such as `forbidden`; never its message. */
function reasonFrom(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { errors?: { reason?: unknown }[] } };
    const reason = error?.errors?.[0]?.reason;
    return typeof reason === 'string' && /^\w{1,64}$/.test(reason) ? reason : undefined;
  } catch {
    return undefined;
  }
}
