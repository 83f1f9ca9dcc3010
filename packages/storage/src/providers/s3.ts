import { StorageError } from '../errors.ts';
import { discardBody, readBody } from '../http/body.ts';
import { checkRange, sourceChanged } from '../http/content.ts';
import { headerOf } from '../http/errors.ts';
import type { Digest, Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { isCutListing, type ListedObject, type ListingPage, parseListing } from '../s3/listing.ts';
import { otherRegion, s3Request, s3StatusError } from '../s3/request.ts';
import { type S3Settings, s3SettingsFrom, s3Url } from '../s3/settings.ts';

interface Handle {
  bucket: string;
  key: string;
  etag: string;
  region: string;
}

/** A page has at most 1,000 keys of 1,024 bytes, escaped three-fold. */
const MAX_LISTING_BYTES = 16 * 1024 * 1024;

/**
 * `s3://BUCKET/KEY` is that object; `s3://BUCKET/PREFIX` and `s3://BUCKET/PREFIX/` are the objects below `PREFIX/`, never those
 * that merely start with the same letters; `s3://BUCKET` is everything in it.
 */
export const s3Provider: Provider = {
  async *list(uri, options, signal) {
    const { bucket, key } = parseS3Uri(uri);
    const lister = createLister(bucket, options, signal);
    let near: string | undefined;
    if (key !== '' && !key.endsWith('/')) {
      // Keys come in the order of their bytes, so an object of exactly this name is the first.
      const { objects } = await lister.page(key, undefined, 1);
      const [first] = objects;
      if (first?.key === key) {
        yield { ...remoteFile(bucket, first, key.slice(key.lastIndexOf('/') + 1), lister.region()), named: true };
        return;
      }
      near = first?.key;
    }
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    let count = 0;
    let token: string | undefined;
    do {
      const page: ListingPage = await lister.page(prefix, token, 1000);
      for (const object of page.objects) {
        if (object.key.endsWith('/') && object.sizeBytes === 0) continue; // the marker of a "directory"
        if (!object.key.startsWith(prefix)) throw strangeListing(lister.endpoint, uri);
        count++;
        yield remoteFile(bucket, object, object.key.slice(prefix.length), lister.region());
      }
      token = page.continuationToken;
    } while (token !== undefined);
    if (count === 0) throw nothingUnder(bucket, prefix, near);
  },

  async read(file, range, options, signal) {
    const { bucket, key, etag, region } = file.handle as Handle;
    const settings = { ...s3SettingsFrom(options.environment), region };
    const headers: Record<string, string> = { 'if-match': etag };
    const whole = range.start === 0 && range.end === file.sizeBytes;
    if (whole) headers['x-amz-checksum-mode'] = 'ENABLED';
    else headers['range'] = `bytes=${range.start}-${range.end! - 1}`;
    const url = s3Url(settings, bucket, key);
    const response = await s3Request({ method: 'GET', url, headers, source: file.source }, settings, options, signal);
    if (response.status === 412) {
      discardBody(response);
      throw sourceChanged(file.source, 'its ETag is another');
    }
    if (response.status !== 200 && response.status !== 206) {
      throw await s3StatusError(response, settings, { bucket, source: file.source });
    }
    try {
      checkRange(response, file.source, range, { etag, sizeBytes: file.sizeBytes });
    } catch (error) {
      discardBody(response);
      throw error;
    }
    return { body: response.body, digest: digestFrom(response.headers, etag) };
  },
};

/** Finds the bucket's region on the way, where an answer tells that it is another. */
function createLister(bucket: string, options: ProviderOptions, signal: AbortSignal) {
  let settings: S3Settings = s3SettingsFrom(options.environment);
  async function page(prefix: string, token: string | undefined, maxKeys: number): Promise<ListingPage> {
    const source = `s3://${bucket}/${prefix}`;
    const url = s3Url(settings, bucket);
    url.searchParams.set('list-type', '2');
    url.searchParams.set('encoding-type', 'url');
    url.searchParams.set('max-keys', String(maxKeys));
    url.searchParams.set('prefix', prefix);
    if (token) url.searchParams.set('continuation-token', token);
    url.search = url.search.replaceAll('+', '%20'); // a plus would be signed as a space and read as a plus
    const response = await s3Request({ method: 'GET', url, source }, settings, options, signal);
    if (response.status !== 200) {
      const region = otherRegion(response, settings);
      if (region === undefined) throw await s3StatusError(response, settings, { bucket, source });
      discardBody(response);
      settings = { ...settings, region };
      return page(prefix, token, maxKeys);
    }
    const xml = (await readBody(response, source, MAX_LISTING_BYTES)).toString('utf8');
    if (isCutListing(xml)) {
      throw new StorageError('SourceUnavailable', `the listing of ${source} broke off`, { transient: true });
    }
    const listing = parseListing(xml);
    if (!listing) throw strangeListing(url.host, source);
    return listing;
  }
  return { page, region: () => settings.region, endpoint: s3Url(settings, bucket).host };
}

function remoteFile(bucket: string, { key, sizeBytes, etag }: ListedObject, name: string, region: string): RemoteFile {
  return {
    name,
    source: `s3://${bucket}/${key}`,
    sizeBytes,
    version: etag || undefined,
    rangeable: etag !== '',
    handle: { bucket, key, etag, region } satisfies Handle,
  };
}

/** Split by hand: `?`, `#` and spaces are part of a key, and bucket names may have capitals at other makers' servers. */
function parseS3Uri(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]*)\/*(.*)$/s.exec(uri) ?? [];
  if (!bucket || !/^[A-Za-z0-9._-]+$/.test(bucket)) {
    throw new StorageError('InvalidUri', `"${uri}" names no bucket`, { hint: 'write s3://BUCKET/KEY' });
  }
  return { bucket, key: key! };
}

/**
 * The strongest whole-object digest in an answer. An ETag is the MD5 sum only of objects stored in one piece and not
 * encrypted with a key of one's own (Amazon S3 user guide, "Checking object integrity").
 */
function digestFrom(headers: Record<string, string | string[] | undefined>, etag: string): Digest | undefined {
  for (const algorithm of ['sha256', 'sha1', 'crc32'] as const) {
    const value = headerOf(headers, `x-amz-checksum-${algorithm}`);
    // `SUM-PARTS` is a checksum of the parts' checksums.
    if (value && !value.includes('-') && headerOf(headers, 'x-amz-checksum-type') !== 'COMPOSITE') {
      return { algorithm, hex: Buffer.from(value, 'base64').toString('hex') };
    }
  }
  const encryption = headerOf(headers, 'x-amz-server-side-encryption');
  const ownKey = headerOf(headers, 'x-amz-server-side-encryption-customer-algorithm');
  const md5 = /^"([0-9a-f]{32})"$/.exec(etag)?.[1];
  return md5 && !ownKey && (!encryption || encryption === 'AES256') ? { algorithm: 'md5', hex: md5 } : undefined;
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
