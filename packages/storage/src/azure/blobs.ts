import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { contentLengthFrom } from '../http/content.ts';
import { headerOf } from '../http/errors.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { type BlobPage, type ListedBlob, md5From, parseBlobPage } from './listing.ts';
import { type AzureLocation, azureLocationFrom, azureUrl } from './location.ts';
import { type AzureHandle, readAzure } from './read.ts';
import { azureRequest, azureXml } from './request.ts';
import { azureStatusError } from './status-error.ts';

/** Blobs: one of exactly the path's name, or those below `PATH/`, or all of the container. */
export const azureBlobs: Pick<Provider, 'list' | 'read'> = {
  async *list(uri, options, signal) {
    const location = azureLocationFrom(uri, options.environment);
    const { path } = location;
    if (path !== '' && !path.endsWith('/')) {
      const blob = await findBlob(location, options, signal);
      if (blob) {
        yield { ...remoteFile(location, blob, path.slice(path.lastIndexOf('/') + 1)), named: true };
        return;
      }
    }
    const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
    let count = 0;
    let marker: string | undefined;
    do {
      const page = await listPage(location, prefix, marker, 1000, options, signal);
      for (const blob of page.blobs) {
        const isMarker = blob.isDirectory || (blob.name.endsWith('/') && blob.sizeBytes === 0);
        if (isMarker) continue;
        if (!blob.name.startsWith(prefix)) throw strange(location);
        count++;
        yield remoteFile(location, blob, blob.name.slice(prefix.length));
      }
      marker = page.nextMarker;
    } while (marker !== undefined);
    if (count > 0) return;
    const near = path === prefix ? undefined : (await listPage(location, path, undefined, 1, options, signal)).blobs[0];
    throw nothingUnder(location, prefix, near?.name);
  },

  read: (file, range, options, signal) =>
    readAzure(file, range, options, signal, {
      conditional: true,
      changed: (status, code) =>
        status === 412 ? 'its ETag is another' : code === 'BlobNotFound' ? 'it is gone' : undefined,
    }),
};

/** By its properties rather than a listing: a signature for one blob allows no listing. */
async function findBlob(
  location: AzureLocation,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<ListedBlob | undefined> {
  const { path } = location;
  const source = sourceOf(location, path);
  const request = { method: 'HEAD', url: azureUrl(location, path), source } as const;
  const response = await azureRequest(request, location, options, signal);
  const { headers, status } = response;
  if (status === 404 && headerOf(headers, 'x-ms-error-code') === 'BlobNotFound') {
    discardBody(response);
    return undefined;
  }
  if (status !== 200) throw await azureStatusError(response, location, options, source);
  discardBody(response);
  if (/^true$/i.test(headerOf(headers, 'x-ms-meta-hdi_isfolder') ?? '')) return undefined;
  const sizeBytes = contentLengthFrom(headers);
  if (sizeBytes === undefined) throw strange(location);
  const digest = md5From(headerOf(headers, 'content-md5'));
  return { name: path, sizeBytes, etag: headerOf(headers, 'etag'), digest, isDirectory: false };
}

async function listPage(
  location: AzureLocation,
  prefix: string,
  marker: string | undefined,
  maxResults: number,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<BlobPage> {
  const source = sourceOf(location, prefix);
  const url = azureUrl(location);
  url.searchParams.set('restype', 'container');
  url.searchParams.set('comp', 'list');
  url.searchParams.set('include', 'metadata');
  url.searchParams.set('maxresults', String(maxResults));
  if (prefix !== '') url.searchParams.set('prefix', prefix);
  if (marker !== undefined) url.searchParams.set('marker', marker);
  url.search = url.search.replaceAll('+', '%20');
  const response = await azureRequest({ method: 'GET', url, source }, location, options, signal);
  if (response.status !== 200) throw await azureStatusError(response, location, options, source);
  const page = parseBlobPage(await azureXml(response, source));
  if (!page || (page.nextMarker !== undefined && page.nextMarker === marker)) throw strange(location);
  return page;
}

function remoteFile({ sas: _, ...location }: AzureLocation, blob: ListedBlob, name: string): RemoteFile {
  // Listings give it without quotes, conditions want them.
  const etag = blob.etag && (blob.etag.startsWith('"') ? blob.etag : `"${blob.etag}"`);
  return {
    name,
    source: sourceOf(location, blob.name),
    sizeBytes: blob.sizeBytes,
    version: etag || undefined,
    rangeable: Boolean(etag),
    ...(blob.digest ? { digest: blob.digest } : {}),
    handle: { location, path: blob.name, etag: etag || undefined } satisfies AzureHandle,
  };
}

function sourceOf({ endpoint, container }: Omit<AzureLocation, 'sas'>, path: string): string {
  return `${endpoint}/${container}/${path}`;
}

function nothingUnder(location: AzureLocation, prefix: string, near: string | undefined): StorageError {
  const stem = prefix.slice(prefix.lastIndexOf('/', prefix.length - 2) + 1, -1);
  return new StorageError('ObjectNotFound', `no blob under ${sourceOf(location, prefix)}`, {
    hint: near
      ? `the container has "${near}", but a prefix ends at "/", so "${stem}" does not take it`
      : 'check container and path',
    details: { account: location.account, container: location.container, prefix, listed: 0 },
  });
}

function strange({ endpoint }: AzureLocation): StorageError {
  return new StorageError('SourceRejected', `${new URL(endpoint).host} does not answer as Blob Storage does`, {
    hint: 'check the account, AZURE_STORAGE_BLOB_ENDPOINT, and that no proxy answers for it',
  });
}
