import type { HttpResponse } from '../http/connections.ts';
import { headerOf } from '../http/errors.ts';
import { DIGEST_ALGORITHMS, type Digest, type DigestAlgorithm } from '../provider.ts';

/** Bytes of each checksum that S3 knows (Amazon S3 user guide, "Checking object integrity"). */
const CHECKSUM_BYTES: Partial<Record<DigestAlgorithm, number>> = {
  sha256: 32,
  sha1: 20,
  crc64nvme: 8,
  crc32c: 4,
  crc32: 4,
};

/** The strongest digest of the whole object in the head of an answer. */
export function digestFrom(headers: HttpResponse['headers'], etag: string): Digest | undefined {
  for (const algorithm of DIGEST_ALGORITHMS) {
    const digest = algorithm === 'md5' ? md5From(headers, etag) : checksumFrom(headers, algorithm);
    if (digest) return digest;
  }
  return undefined;
}

/** `x-amz-checksum-ALGORITHM`. A composite one, `SUM-PARTS`, is a checksum of the parts' checksums and says nothing of the whole. */
function checksumFrom(headers: HttpResponse['headers'], algorithm: DigestAlgorithm): Digest | undefined {
  const sizeBytes = CHECKSUM_BYTES[algorithm];
  const value = sizeBytes === undefined ? undefined : headerOf(headers, `x-amz-checksum-${algorithm}`)?.trim();
  if (!value || headerOf(headers, 'x-amz-checksum-type') === 'COMPOSITE') return undefined;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === sizeBytes ? { algorithm, hex: bytes.toString('hex') } : undefined;
}

/** An ETag is the MD5 sum only of objects stored in one piece and not encrypted with a key of one's own. */
function md5From(headers: HttpResponse['headers'], etag: string): Digest | undefined {
  const hex = /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1];
  const encryption = headerOf(headers, 'x-amz-server-side-encryption');
  const ownKey = headerOf(headers, 'x-amz-server-side-encryption-customer-algorithm');
  return hex && !ownKey && (!encryption || encryption === 'AES256') ? { algorithm: 'md5', hex } : undefined;
}
