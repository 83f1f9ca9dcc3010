import { StorageError } from '../errors.ts';
import { discardBody, readBody } from '../http/body.ts';
import { checkRange, sourceChanged } from '../http/content.ts';
import type { Digest, Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { amazonDomain } from '../s3/address.ts';
import { digestFrom } from '../s3/checksum.ts';
import { createS3Client, type S3Client } from '../s3/client.ts';
import { isCutListing, type ListedObject, type ListingPage, parseListing } from '../s3/listing.ts';

interface Handle {
  bucket: string;
  key: string;
  etag: string;
  /** Its checksum is one of the parts' checksums: nothing to ask for. */
  composite: boolean;
}

/** A page has at most 1,000 keys of 1,024 bytes, escaped three-fold. */
const MAX_LISTING_BYTES = 16 * 1024 * 1024;

/**
 * `s3://BUCKET/KEY` is that object; `s3://BUCKET/PREFIX` and `s3://BUCKET/PREFIX/` are the objects below `PREFIX/`, never those
 * that merely start with the same letters, unless `SERVAL_S3_PREFIX_MATCH` says so; `s3://BUCKET` is everything in it.
 */
export const s3Provider: Provider = {
  async *list(uri, options, signal) {
    const { bucket, key } = parseS3Uri(uri);
    const client = createS3Client(bucket, { ...options, connections: options.connections.forData() });
    const anywhere = client.settings.prefixMatch === 'string';
    // Amazon's buckets have names of their own within each partition.
    const origin = client.settings.endpoint?.href ?? amazonDomain(client.settings.region ?? '');
    const prefix = key === '' || key.endsWith('/') || anywhere ? key : `${key}/`;
    // Asked for before it is known whether it is needed: what a key names shows in two listings, and each takes a round trip.
    const first = listPage(client, bucket, { prefix, maxKeys: 1000 }, signal);
    first.catch(() => {}); // awaited below
    let near: string | undefined;
    if (key !== '' && !key.endsWith('/')) {
      // Keys come in the order of their bytes, so an object of exactly this name is the first.
      const { objects } = await listPage(client, bucket, { prefix: key, maxKeys: 1 }, signal);
      const [nearest] = objects;
      if (nearest?.key === key) {
        yield { ...remoteFile(origin, bucket, nearest, key.slice(key.lastIndexOf('/') + 1)), named: true };
        return;
      }
      near = nearest?.key;
    }
    let count = 0;
    let token: string | undefined;
    const further = createS3Client(bucket, options);
    do {
      const page = await (token === undefined
        ? first
        : listPage(further, bucket, { prefix, token, maxKeys: 1000 }, signal));
      for (const object of page.objects) {
        if (object.key.endsWith('/') && object.sizeBytes === 0) continue; // the marker of a "directory"
        if (!object.key.startsWith(prefix)) throw strangeListing(client.host(), uri);
        count++;
        const rest = object.key.slice(prefix.length);
        yield remoteFile(origin, bucket, object, anywhere ? rest.replace(/^\/+/, '') : rest);
      }
      if (token !== undefined && page.continuationToken === token) throw strangeListing(client.host(), uri);
      token = page.continuationToken;
    } while (token !== undefined);
    if (count === 0) throw nothingUnder(bucket, prefix, near);
  },

  async read(file, range, options, signal) {
    const { bucket, key, etag } = file.handle as Handle;
    const { source } = file;
    const client = createS3Client(bucket, options);
    const headers: Record<string, string> = etag ? { 'if-match': etag } : {};
    const whole = range.start === 0 && range.end === file.sizeBytes;
    // Only answers with the whole object carry its checksum; one request for the head gets it while the first range comes.
    const head = whole ? undefined : digestOfHead(client, file, options, signal);
    head?.catch(() => {}); // awaited below, unless the range fails first
    if (whole) headers['x-amz-checksum-mode'] = 'ENABLED';
    else headers['range'] = `bytes=${range.start}-${range.end! - 1}`;
    const response = await client.request({ method: 'GET', key, headers, alsoAccepts: [412], source }, signal);
    try {
      if (response.status === 412) throw sourceChanged(source, 'its ETag is another');
      checkRange(response, source, range, { etag: etag || undefined, sizeBytes: file.sizeBytes });
      return { body: response.body, digest: whole ? digestFrom(response.headers, etag) : await head };
    } catch (error) {
      discardBody(response);
      throw error;
    }
  },
};

/** The digest of an object that is read in ranges, asked for once. */
function digestOfHead(
  client: S3Client,
  { handle, source }: RemoteFile,
  { memo }: ProviderOptions,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const { bucket, key, etag } = handle as Handle;
  const memoKey = `s3 digest of ${bucket}/${key} ${etag}`;
  const known = memo.get(memoKey) as Promise<Digest | undefined> | undefined;
  if (known) return known;
  const asked = headDigest(client, handle as Handle, source, signal).catch((error) => {
    memo.delete(memoKey);
    throw error;
  });
  memo.set(memoKey, asked);
  return asked;
}

async function headDigest(
  client: S3Client,
  { key, etag, composite }: Handle,
  source: string,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const headers: Record<string, string> = { 'if-match': etag };
  if (!composite) headers['x-amz-checksum-mode'] = 'ENABLED';
  try {
    const response = await client.request({ method: 'HEAD', key, headers, alsoAccepts: [412], source }, signal);
    discardBody(response);
    if (response.status === 412) throw sourceChanged(source, 'its ETag is another');
    return digestFrom(response.headers, etag);
  } catch (error) {
    // A server that does not answer to HEAD, or not to everybody, is no reason to do without the object.
    if (error instanceof StorageError && ['AccessDenied', 'SourceRejected'].includes(error.code)) return undefined;
    throw error;
  }
}

async function listPage(
  client: S3Client,
  bucket: string,
  { prefix, token, maxKeys }: { prefix: string; token?: string | undefined; maxKeys: number },
  signal: AbortSignal,
): Promise<ListingPage> {
  const source = `s3://${bucket}/${prefix}`;
  const query: Record<string, string> = {
    'list-type': '2',
    'encoding-type': 'url',
    'max-keys': String(maxKeys),
    prefix,
  };
  if (token !== undefined) query['continuation-token'] = token;
  const response = await client.request({ method: 'GET', query, source }, signal);
  const xml = (await readBody(response, source, MAX_LISTING_BYTES)).toString('utf8');
  if (isCutListing(xml)) {
    throw new StorageError('SourceUnavailable', `the listing of ${source} broke off`, { transient: true });
  }
  const listing = parseListing(xml);
  if (!listing) throw strangeListing(client.host(), source);
  return listing;
}

function remoteFile(
  origin: string,
  bucket: string,
  { key, sizeBytes, etag, composite }: ListedObject,
  name: string,
): RemoteFile {
  return {
    name,
    source: `s3://${bucket}/${key}`,
    sizeBytes,
    version: etag || undefined,
    rangeable: etag !== '',
    origin,
    handle: { bucket, key, etag, composite } satisfies Handle,
  };
}

/** Split by hand: `?`, `#` and spaces are part of a key, and bucket names may have capitals at other makers' servers. */
function parseS3Uri(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]*)\/*(.*)$/s.exec(uri) ?? [];
  if (!bucket || !/^[A-Za-z0-9._-]+$/.test(bucket)) {
    throw new StorageError('InvalidUri', `"${uri}" names no bucket`, { hint: 'write s3://BUCKET/KEY' });
  }
  if (key!.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new StorageError('InvalidUri', `"${uri}" has a "." or ".." between slashes`, {
      hint: 'such keys cannot be asked for over HTTP; write the key without it',
    });
  }
  return { bucket, key: key! };
}

function nothingUnder(bucket: string, prefix: string, near: string | undefined): StorageError {
  const stem = prefix.slice(prefix.lastIndexOf('/', prefix.length - 2) + 1, -1);
  return new StorageError('ObjectNotFound', `no object under s3://${bucket}/${prefix}`, {
    hint: near
      ? `the bucket has "${near}", but a prefix ends at "/", so "${stem}" does not take it`
      : 'check bucket and key',
    details: { bucket, prefix, listed: 0 },
  });
}

function strangeListing(host: string, source: string): StorageError {
  return new StorageError('SourceRejected', `${host} did not answer with a listing for ${source}`, {
    hint: 'check that AWS_ENDPOINT_URL leads to an S3 server',
  });
}
