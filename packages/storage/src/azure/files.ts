import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { contentLengthFrom, sourceChanged } from '../http/content.ts';
import { headerOf } from '../http/errors.ts';
import type { Digest, Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { type DirectoryPage, md5From, parseDirectoryPage } from './listing.ts';
import { type AzureLocation, azureLocationFrom, azureUrl } from './location.ts';
import { type AzureHandle, readAzure } from './read.ts';
import { azureRequest, azureXml } from './request.ts';
import { azureStatusError } from './status-error.ts';

/** One model; a share with more directories is not one. */
const MAX_DIRECTORIES = 10_000;

/** Files of a share: the one of exactly this path, or all below the directory of this path. */
export const azureFiles: Pick<Provider, 'list' | 'read'> = {
  async *list(uri, options, signal) {
    const location = azureLocationFrom(uri, options.environment);
    const path = location.path.replace(/\/+$/, '');
    if (path !== '' && path === location.path) {
      const file = await findFile(location, path, options, signal);
      if (file) {
        yield { ...file, name: path.slice(path.lastIndexOf('/') + 1), named: true };
        return;
      }
    }
    const waiting = [path];
    let [count, directories] = [0, 0];
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
      if (++directories > MAX_DIRECTORIES) throw tooMany(location);
      const within = directory === '' ? '' : `${directory}/`;
      for await (const page of pagesOf(location, directory, options, signal)) {
        for (const { name } of page.files) {
          // The listing's size and ETag may be behind what clients over SMB have written.
          const file = await findFile(location, within + name, options, signal);
          if (!file) throw sourceChanged(sourceOf(location, within + name), 'it is gone');
          count++;
          yield { ...file, name: (within + name).slice(path === '' ? 0 : path.length + 1) };
        }
        waiting.push(...page.directories.map((name) => within + name));
      }
    }
    if (count > 0) return;
    throw new StorageError('ObjectNotFound', `no file under ${sourceOf(location, path)}`, {
      hint: 'check share and path',
      details: { account: location.account, share: location.container, path, listed: 0 },
    });
  },

  read: (file, range, options, signal) =>
    readAzure(file, range, options, signal, {
      // Azure Files knows no conditions: that it is still the same shows in the answer's ETag.
      conditional: false,
      changed: (status, code) =>
        status === 416 ? 'it is shorter' : code === 'ResourceNotFound' ? 'it is gone' : undefined,
    }),
};

/** `undefined` where there is none of this name, or it is a directory. */
async function findFile(
  location: AzureLocation,
  path: string,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<RemoteFile | undefined> {
  const source = sourceOf(location, path);
  const request = { method: 'HEAD', url: azureUrl(location, path), source } as const;
  const response = await azureRequest(request, location, options, signal);
  const { headers, status } = response;
  const code = headerOf(headers, 'x-ms-error-code');
  if ((status === 404 && code !== 'ShareNotFound') || (status === 409 && code === 'ResourceTypeMismatch')) {
    discardBody(response);
    return undefined;
  }
  if (status !== 200) throw await azureStatusError(response, location, options, source);
  discardBody(response);
  const sizeBytes = contentLengthFrom(headers);
  if (sizeBytes === undefined) throw strange(location);
  const etag = headerOf(headers, 'etag');
  const digest: Digest | undefined = md5From(headerOf(headers, 'content-md5'));
  const { sas: _, ...kept } = location;
  return {
    name: path,
    source,
    sizeBytes,
    version: etag,
    rangeable: etag !== undefined,
    ...(digest ? { digest } : {}),
    handle: { location: kept, path, etag } satisfies AzureHandle,
  };
}

async function* pagesOf(
  location: AzureLocation,
  directory: string,
  options: ProviderOptions,
  signal: AbortSignal,
): AsyncGenerator<DirectoryPage> {
  const source = sourceOf(location, directory);
  let marker: string | undefined;
  do {
    const url = azureUrl(location, directory);
    url.searchParams.set('restype', 'directory');
    url.searchParams.set('comp', 'list');
    url.searchParams.set('maxresults', '1000');
    if (marker !== undefined) url.searchParams.set('marker', marker);
    url.search = url.search.replaceAll('+', '%20');
    const response = await azureRequest({ method: 'GET', url, source }, location, options, signal);
    if (response.status !== 200) throw await azureStatusError(response, location, options, source);
    const page = parseDirectoryPage(await azureXml(response, source));
    if (!page || (page.nextMarker !== undefined && page.nextMarker === marker)) throw strange(location);
    yield page;
    marker = page.nextMarker;
  } while (marker !== undefined);
}

function sourceOf({ endpoint, container }: Omit<AzureLocation, 'sas'>, path: string): string {
  return `${endpoint}/${container}/${path}`;
}

function tooMany(location: AzureLocation): StorageError {
  return new StorageError(
    'TooManyFiles',
    `${sourceOf(location, location.path)} has more than ${MAX_DIRECTORIES} directories`,
    { hint: 'name the folder of one model, not the one above it' },
  );
}

function strange({ endpoint }: AzureLocation): StorageError {
  return new StorageError('SourceRejected', `${new URL(endpoint).host} does not answer as Azure Files does`, {
    hint: 'check the account, AZURE_STORAGE_FILE_ENDPOINT, and that no proxy answers for it',
  });
}
