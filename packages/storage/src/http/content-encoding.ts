import { createGunzip, createInflate } from 'node:zlib';
import { StorageError } from '../errors.ts';
import { discardBody } from './body.ts';
import type { HttpResponse } from './connections.ts';
import { headerOf } from './errors.ts';

export function contentEncodingFrom(headers: HttpResponse['headers']): string | undefined {
  const value = headerOf(headers, 'content-encoding')?.trim().toLowerCase();
  return value === '' || value === 'identity' ? undefined : value;
}

/**
 * The body without its content encoding: some servers compress although `identity` was asked for. A cut stream then fails in the
 * decoder, as it should.
 * @throws StorageError SourceRejected for an encoding other than gzip and deflate
 */
export function decodedBody(response: HttpResponse, source: string): HttpResponse['body'] {
  const encoding = contentEncodingFrom(response.headers);
  if (encoding === undefined) return response.body;
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : undefined;
  if (!decoder) {
    discardBody(response);
    throw new StorageError('SourceRejected', `${source} comes with content encoding "${encoding}"`, {
      hint: 'identity, gzip and deflate are understood',
    });
  }
  response.body.on('error', (error) => decoder.destroy(error));
  decoder.on('close', () => response.body.destroy());
  return response.body.pipe(decoder);
}
