import { StorageError } from '../errors.ts';
import { forgetToken, memoisedToken } from '../http/access-token.ts';
import { discardBody, readBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf } from '../http/errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { type AzureCredentials, azureCredentialsFrom } from './credentials.ts';
import type { AzureLocation } from './location.ts';
import { sharedKeyAuthorization } from './shared-key.ts';

/** The first one in which Azure Files takes tokens is 2022-11-02. */
const SERVICE_VERSION = '2023-11-03';

const CREDENTIALS = 'azure credentials';
const TOKEN = 'azure token';

/** A page has at most 1,000 names of 1,024 bytes, with their properties and metadata. */
const MAX_LISTING_BYTES = 16 * 1024 * 1024;

export interface AzureRequest {
  method: 'GET' | 'HEAD';
  url: URL;
  headers?: Record<string, string>;
  /** What messages call the object. */
  source: string;
}

/**
 * One request with the credentials there are; answers with any status. Without any, and where that is refused, the managed identity of
 * the machine is tried: asked for first, it would be in the way of public containers of other tenants.
 */
export async function azureRequest(
  request: AzureRequest,
  location: AzureLocation,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const credentials = await credentialsOf(location, options);
  const response = await send(request, location, credentials, options, signal);
  if (credentials.kind === 'token' && response.status === 401) {
    // It may have been revoked, or the clock here may be slow.
    discardBody(response);
    forgetToken(options.memo, TOKEN);
    return send(request, location, credentials, options, signal);
  }
  if (credentials.kind !== 'anonymous' || !isRefusal(response)) return response;
  const identity = await machineIdentity(location, options, signal);
  if (!identity) return response;
  discardBody(response);
  return send(request, location, identity, options, signal);
}

/** The XML of an answer that has to be 200. */
export async function azureXml(response: HttpResponse, source: string): Promise<string> {
  return (await readBody(response, source, MAX_LISTING_BYTES)).toString('utf8').replace(/^\ufeff/, '');
}

export async function credentialsOf(location: AzureLocation, { memo, environment }: ProviderOptions) {
  const known = memo.get(CREDENTIALS) as AzureCredentials | undefined;
  const credentials = known ?? (await azureCredentialsFrom(location, environment));
  memo.set(CREDENTIALS, credentials);
  return credentials;
}

async function send(
  { method, url: plain, headers: own = {}, source }: AzureRequest,
  location: AzureLocation,
  credentials: AzureCredentials,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const url = new URL(plain);
  const headers: Record<string, string> = {
    'x-ms-version': SERVICE_VERSION,
    'x-ms-date': new Date().toUTCString(),
    ...own,
  };
  if (credentials.kind === 'sas') {
    // As it was given: the signature is part of it, and Azure decodes it as it does the rest.
    url.search = url.search === '' ? credentials.query : `${url.search}&${credentials.query}`;
  } else if (credentials.kind === 'key') {
    const { account } = location;
    headers['authorization'] = sharedKeyAuthorization(method, url, headers, { account, key: credentials.key });
  } else if (credentials.kind === 'token') {
    const token = await memoisedToken(options.memo, TOKEN, () => tokenOf(credentials, options, signal), signal);
    headers['authorization'] = `Bearer ${token}`;
    // Without it Azure Files takes no tokens; it asks for nothing beyond the identity's roles.
    if (location.service === 'file') headers['x-ms-file-request-intent'] = 'backup';
  }
  return options.connections.request({ method, url, headers, source, signal });
}

async function tokenOf(
  { fetchToken, name }: AzureCredentials & { kind: 'token' },
  options: ProviderOptions,
  signal: AbortSignal,
) {
  const token = await fetchToken(options, signal);
  if (token) return token;
  throw new StorageError('AccessDenied', `${name} got no access token`);
}

/** Azure hides from strangers what they may not see: a private container "does not exist". */
function isRefusal({ status, headers }: HttpResponse): boolean {
  const code = headerOf(headers, 'x-ms-error-code');
  return (
    status === 401 ||
    status === 403 ||
    (status === 404 && code === 'ResourceNotFound') ||
    (status === 409 && code === 'PublicAccessNotPermitted')
  );
}

async function machineIdentity(
  { endpoint }: AzureLocation,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<AzureCredentials | undefined> {
  // Asked for once, and never shown to what is not encrypted.
  const tried = 'azure machine identity';
  if (options.memo.has(tried) || !endpoint.startsWith('https:')) return undefined;
  options.memo.set(tried, true);
  const { managedIdentity } = await import('./managed-identity.ts');
  const identity = managedIdentity(options.environment, undefined);
  if (identity.kind !== 'token') return undefined;
  try {
    await memoisedToken(options.memo, TOKEN, () => tokenOf(identity, options, signal), signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
  options.memo.set(CREDENTIALS, identity);
  return identity;
}
