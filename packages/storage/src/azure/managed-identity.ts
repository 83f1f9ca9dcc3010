import { StorageError } from '../errors.ts';
import { type AccessToken, requestToken } from '../http/access-token.ts';
import type { ProviderOptions } from '../provider.ts';
import type { AzureCredentials } from './credentials.ts';

const RESOURCE = 'https://storage.azure.com/';

const IMDS = 'http://169.254.169.254';

/** It is on this machine's own link. */
const TIMEOUT_MS = 1000;

/**
 * The managed identity of the machine or application: over `IDENTITY_ENDPOINT` (App Service, Container Apps), else over the
 * instance metadata service. `clientId` chooses among several.
 */
export function managedIdentity(
  environment: ProviderOptions['environment'],
  clientId: string | undefined,
): AzureCredentials {
  const endpoint = environment['IDENTITY_ENDPOINT'];
  const secret = environment['IDENTITY_HEADER'];
  const url = endpoint
    ? identityUrl(endpoint, 'IDENTITY_ENDPOINT')
    : identityUrl(
        `${environment['AZURE_POD_IDENTITY_AUTHORITY_HOST'] || IMDS}/metadata/identity/oauth2/token`,
        'AZURE_POD_IDENTITY_AUTHORITY_HOST',
      );
  if (endpoint && !secret) {
    throw new StorageError('InvalidConfiguration', 'IDENTITY_HEADER is not set, IDENTITY_ENDPOINT is');
  }
  url.searchParams.set('api-version', endpoint ? '2019-08-01' : '2018-02-01');
  url.searchParams.set('resource', RESOURCE);
  if (clientId) url.searchParams.set('client_id', clientId);
  const headers: Record<string, string> = endpoint ? { 'x-identity-header': secret! } : { metadata: 'true' };
  const name = clientId ? `managed identity ${clientId}` : 'the managed identity';
  return {
    kind: 'token',
    name,
    fetchToken: (options, signal) => ask({ url, headers, name, limited: !endpoint }, options, signal),
  };
}

async function ask(
  { url, headers, name, limited }: { url: URL; headers: Record<string, string>; name: string; limited: boolean },
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<AccessToken> {
  const stop = new AbortController();
  const timer = limited ? setTimeout(() => stop.abort(), TIMEOUT_MS) : undefined;
  try {
    return await requestToken(
      { method: 'GET', url, headers, direct: true, denied: `check that ${name} is assigned to this machine` },
      options,
      AbortSignal.any([signal, stop.signal]),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!stop.signal.aborted) throw error;
    throw new StorageError('SourceUnavailable', `${url.host} issued no access token within ${TIMEOUT_MS} ms`, {
      hint: `${name} can be used on machines of Azure only; check AZURE_CLIENT_ID`,
      transient: true,
    });
  } finally {
    clearTimeout(timer);
  }
}

function identityUrl(text: string, variable: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new StorageError('InvalidConfiguration', `${variable} is not an http or https address`);
}
