import { discardBody } from '../http/body.ts';
import { checkRange, sourceChanged } from '../http/content.ts';
import { headerOf } from '../http/errors.ts';
import type { Provider } from '../provider.ts';
import { type AzureLocation, azureUrl } from './location.ts';
import { azureRequest } from './request.ts';
import { azureStatusError } from './status-error.ts';

/** `handle` of a blob or a file. */
export interface AzureHandle {
  location: Omit<AzureLocation, 'sas'>;
  path: string;
  etag: string | undefined;
}

/** Where blobs and files differ. */
export interface AzureReading {
  /** Whether the server knows `If-Match`. */
  conditional: boolean;
  /** How the source changed, where an answer of this status and `x-ms-error-code` says that it did. */
  changed(status: number, code: string | undefined): string | undefined;
}

type Read = Provider['read'];

/** A range of a blob or file, of the version that was listed. @throws StorageError */
export async function readAzure(
  ...[file, range, options, signal, { conditional, changed }]: [...Parameters<Read>, AzureReading]
): ReturnType<Read> {
  const { location: kept, path, etag } = file.handle as AzureHandle;
  const location = { ...kept, sas: undefined };
  const headers: Record<string, string> = conditional && etag ? { 'if-match': etag } : {};
  if (range.start !== 0 || range.end !== file.sizeBytes) headers['range'] = `bytes=${range.start}-${range.end! - 1}`;
  const { source } = file;
  const request = { method: 'GET', url: azureUrl(location, path), headers, source } as const;
  const response = await azureRequest(request, location, options, signal);
  const how = changed(response.status, headerOf(response.headers, 'x-ms-error-code'));
  if (how !== undefined) {
    discardBody(response);
    throw sourceChanged(source, how);
  }
  if (response.status !== 200 && response.status !== 206) {
    throw await azureStatusError(response, location, options, source);
  }
  try {
    checkRange(response, source, range, { etag, sizeBytes: file.sizeBytes });
  } catch (error) {
    discardBody(response);
    throw error;
  }
  return { body: response.body };
}
