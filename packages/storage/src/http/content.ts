import { StorageError } from '../errors.ts';
import type { HttpResponse } from './connections.ts';
import { headerOf } from './errors.ts';

export interface ContentRange {
  start: number;
  /** Exclusive. */
  end: number;
  totalBytes: number | undefined;
}

/** `Content-Range: bytes 0-9/20` (RFC 9110, section 14.4); `undefined` where it is missing or malformed. */
export function contentRangeFrom(headers: HttpResponse['headers']): ContentRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headerOf(headers, 'content-range')?.trim() ?? '');
  if (!match) return undefined;
  return {
    start: Number(match[1]),
    end: Number(match[2]) + 1,
    totalBytes: match[3] === '*' ? undefined : Number(match[3]),
  };
}

export function contentLengthFrom(headers: HttpResponse['headers']): number | undefined {
  const value = headerOf(headers, 'content-length');
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** An ETag that stands for exactly these bytes; a weak one (`W/`) does not. */
export function strongEtagFrom(headers: HttpResponse['headers']): string | undefined {
  const etag = headerOf(headers, 'etag');
  return etag?.startsWith('"') ? etag : undefined;
}

/**
 * Checks that an answer is the range that was asked for, of the version that was listed.
 * @throws StorageError SourceChanged (transient), SizeMismatch (transient)
 */
export function checkRange(
  response: HttpResponse,
  source: string,
  range: { start: number; end: number | undefined },
  expected: { etag: string | undefined; sizeBytes: number | undefined },
): void {
  const etag = headerOf(response.headers, 'etag');
  const length = contentLengthFrom(response.headers);
  if (expected.etag !== undefined && unquotedEtag(etag) !== unquotedEtag(expected.etag))
    throw sourceChanged(source, 'its ETag is another');
  if (response.status === 206) {
    const got = contentRangeFrom(response.headers);
    if (got?.totalBytes !== undefined && expected.sizeBytes !== undefined && got.totalBytes !== expected.sizeBytes) {
      throw sourceChanged(source, `it has ${got.totalBytes} bytes instead of ${expected.sizeBytes}`);
    }
    if (!got || got.start !== range.start || got.end !== range.end) {
      const asked = `${range.start}-${(range.end ?? 0) - 1}`;
      throw new StorageError(
        'SizeMismatch',
        `asked for bytes ${asked} of ${source}, got ${headerOf(response.headers, 'content-range')}`,
        {
          transient: true,
        },
      );
    }
    return;
  }
  const part = range.end !== undefined && expected.sizeBytes !== undefined && range.end < expected.sizeBytes;
  if (range.start !== 0 || part) throw sourceChanged(source, 'the range was not honoured');
  const encoded = headerOf(response.headers, 'content-encoding');
  if (!encoded && length !== undefined && expected.sizeBytes !== undefined && length !== expected.sizeBytes) {
    throw sourceChanged(source, `it has ${length} bytes instead of ${expected.sizeBytes}`);
  }
}

/** Some S3 servers list an ETag without the quotes that they send with the object. */
export function unquotedEtag(etag: string | undefined): string | undefined {
  return etag?.replace(/^"(.*)"$/, '$1');
}

export function sourceChanged(source: string, how: string): StorageError {
  return new StorageError('SourceChanged', `${source} changed during the download: ${how}`, {
    hint: 'it is fetched anew; write new versions under new names to avoid this',
    details: { source },
  });
}
