import { StorageError } from '../errors.ts';
import { type AccessToken, checkedToken } from '../http/access-token.ts';
import { discardBody, readJsonBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf, isTransientStatus, retryAfterMsFrom } from '../http/errors.ts';
import type { ProviderOptions } from '../provider.ts';

/** By address: the name would first have to be looked up, which takes long where there is no such server. */
const METADATA_ADDRESS = '169.254.169.254';

/** It is on this machine's own link. */
const TIMEOUT_MS = 1000;

/** GKE's is not there yet in the first moments of a Pod. */
const ATTEMPTS = 2;

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * A token of the machine's or (on GKE) the Pod's own service account. `undefined` where no metadata server answers, or it
 * knows no service account.
 */
export async function metadataToken(options: ProviderOptions, signal: AbortSignal): Promise<AccessToken | undefined> {
  const { environment } = options;
  if (/^(true|1)$/i.test(environment['NO_GCE_CHECK'] ?? '')) return undefined;
  const host = environment['GCE_METADATA_HOST'] || METADATA_ADDRESS;
  const address = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  if (!URL.canParse(address)) {
    throw new StorageError('InvalidConfiguration', 'GCE_METADATA_HOST is not HOST or HOST:PORT');
  }
  const url = new URL(address);
  const response = await ask(url, options, signal);
  if (!response) return undefined;
  // Other clouds answer at the same address.
  if (headerOf(response.headers, 'metadata-flavor') !== 'Google' || response.status === 404) {
    discardBody(response);
    return undefined;
  }
  if (response.status !== 200) {
    discardBody(response);
    throw new StorageError('SourceUnavailable', `the metadata server at ${url.host} answered ${response.status}`, {
      transient: isTransientStatus(response.status),
      retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
      hint: 'check the service account of the machine or, on GKE, of the Pod',
    });
  }
  const answer = (await readJsonBody(response, 'an access token', MAX_ANSWER_BYTES)) as Record<string, unknown> | null;
  const lifeSeconds = Number(answer?.['expires_in'] ?? Number.NaN);
  return checkedToken(answer?.['access_token'], Date.now() + lifeSeconds * 1000, url);
}

async function ask(url: URL, options: ProviderOptions, signal: AbortSignal): Promise<HttpResponse | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
      return await options.connections.request({
        method: 'GET',
        url,
        headers: { 'metadata-flavor': 'Google' },
        direct: true,
        source: 'an access token',
        signal: AbortSignal.any([signal, stop.signal]),
      });
    } catch {
      signal.throwIfAborted();
    } finally {
      clearTimeout(timer);
    }
  }
  return undefined;
}
