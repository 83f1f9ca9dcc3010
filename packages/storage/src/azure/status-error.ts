import { StorageError } from '../errors.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf, isTransientStatus, readErrorText, retryAfterMsFrom } from '../http/errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { textOf } from '../xml.ts';
import type { AzureCredentials } from './credentials.ts';
import type { AzureLocation } from './location.ts';
import { credentialsOf } from './request.ts';

/** What a status other than 200 and 206 means. Reads the answer's body. */
export async function azureStatusError(
  response: HttpResponse,
  location: AzureLocation,
  options: ProviderOptions,
  source: string,
): Promise<StorageError> {
  const { status, headers } = response;
  const text = await readErrorText(response);
  const code = headerOf(headers, 'x-ms-error-code') ?? textOf(text, 'Code');
  const { account, container, service } = location;
  const shown = code ? `${status} ${code}` : `${status}`;
  const details = { source, account, container, status, azureCode: code };
  const credentials = await credentialsOf(location, options);
  const host = new URL(location.endpoint).host;
  const kind = service === 'blob' ? 'container' : 'share';
  if (code === 'ContainerNotFound' || code === 'ShareNotFound' || code === 'ContainerBeingDeleted') {
    return new StorageError('ObjectNotFound', `${kind} "${container}" does not exist in account "${account}"`, {
      hint: `check ${kind} and account`,
      details,
    });
  }
  const hidden = service === 'blob' && code === 'ResourceNotFound' && credentials.kind === 'anonymous';
  if (status === 404 && !hidden) {
    return new StorageError('ObjectNotFound', `${source} does not exist (${shown})`, { details });
  }
  if (code === 'BlobArchived' || code === 'BlobBeingRehydrated') {
    return new StorageError('SourceRejected', `${source} is in the archive tier and cannot be read (${shown})`, {
      hint: 'move it to the hot or cool tier first, which takes hours',
      details,
    });
  }
  if (isTransientStatus(status)) {
    return new StorageError('SourceUnavailable', `${host} answered ${shown} for ${source}`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(headers, Date.now()),
      details,
    });
  }
  if (status === 401 || status === 403 || status === 404 || code === 'PublicAccessNotPermitted') {
    const hint = deniedHint(credentials, account, code);
    return new StorageError('AccessDenied', `not allowed to read ${source} (${shown})`, { hint, details });
  }
  return new StorageError('SourceRejected', `${host} answered ${shown} for ${source}`, {
    hint: 'check account, container and path',
    details,
  });
}

function deniedHint(credentials: AzureCredentials, account: string, code: string | undefined): string {
  const { name } = credentials;
  switch (credentials.kind) {
    case 'sas':
      return sasHint(name, new URLSearchParams(credentials.query), code);
    case 'key':
      return code === 'KeyBasedAuthenticationNotPermitted'
        ? `account "${account}" takes no keys; use a workload identity or a service principal`
        : `check that ${name} is a key of account "${account}", and the clock here`;
    case 'token':
      return `check that ${name} has the role Storage Blob Data Reader, and that the account lets this network in`;
    case 'anonymous':
      return 'requests were anonymous, and private containers show themselves to nobody; give a shared access signature, AZURE_STORAGE_ACCESS_KEY, or a workload identity';
  }
}

/** Times and permissions of a shared access signature are no secret; its signature is. */
function sasHint(name: string, sas: URLSearchParams, code: string | undefined): string {
  const [from, until] = [Date.parse(sas.get('st') ?? ''), Date.parse(sas.get('se') ?? '')];
  const now = Date.now();
  if (until < now) return `${name} expired at ${new Date(until).toISOString()}; make a new one`;
  if (from > now) return `${name} is not valid before ${new Date(from).toISOString()}; check the clock here, too`;
  const permissions = /^[a-z]*$/i.exec(sas.get('sp') ?? '')?.[0] ?? '';
  const misses = permissions !== '' && !(permissions.includes('r') && permissions.includes('l'));
  if (misses && code !== 'AuthenticationFailed') {
    return `${name} has permissions "${permissions}"; a folder needs "r" and "l", a single file "r"`;
  }
  return `${name} is not valid here; check that it is complete and for this account and path`;
}
