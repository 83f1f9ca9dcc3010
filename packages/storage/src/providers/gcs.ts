import { StorageError } from '../errors.ts';
import { type GcsObject, OBJECT_FIELDS, parseObject, parsePage } from '../gcs/listing.ts';
import { gcsRequest, gcsStatusError } from '../gcs/request.ts';
import { type GcsSettings, gcsSettingsFrom, gcsUrl } from '../gcs/settings.ts';
import { discardBody, readJsonBody } from '../http/body.ts';
import { checkRange, sourceChanged } from '../http/content.ts';
import { decodedBody } from '../http/content-encoding.ts';
import { headerOf } from '../http/errors.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';

interface Handle {
  bucket: string;
  object: GcsObject;
}

/** A page has at most 1,000 names of 1,024 bytes, escaped six-fold. */
const MAX_LISTING_BYTES = 16 * 1024 * 1024;

/**
 * `gs://BUCKET/NAME` is that object; `gs://BUCKET/PREFIX` and `gs://BUCKET/PREFIX/` are the objects below `PREFIX/`, never those
 * that merely start with the same letters; `gs://BUCKET` is everything in it.
 */
export const gcsProvider: Provider = {
  async *list(uri, options, signal) {
    const { bucket, name } = parseGcsUri(uri);
    const api = createApi(bucket, options, signal);
    if (name !== '' && !name.endsWith('/')) {
      const object = await api.find(name);
      if (object) {
        yield { ...remoteFile(api.settings, bucket, object, name.slice(name.lastIndexOf('/') + 1)), named: true };
        return;
      }
    }
    const prefix = name === '' || name.endsWith('/') ? name : `${name}/`;
    let count = 0;
    let token: string | undefined;
    do {
      const page = await api.page(prefix, token, 1000);
      for (const object of page.objects) {
        if (object.name.endsWith('/') && object.sizeBytes === 0) continue; // the marker of a "directory"
        if (!object.name.startsWith(prefix)) throw strange(api.settings, uri);
        count++;
        yield remoteFile(api.settings, bucket, object, object.name.slice(prefix.length));
      }
      token = page.nextPageToken;
    } while (token !== undefined);
    if (count > 0) return;
    const near = name === prefix ? undefined : (await api.page(name, undefined, 1)).objects[0]?.name;
    throw nothingUnder(bucket, prefix, near);
  },

  async read(file, range, options, signal) {
    const { bucket, object } = file.handle as Handle;
    const settings = gcsSettingsFrom(options.environment);
    const url = gcsUrl(settings, bucket, object.name);
    url.searchParams.set('alt', 'media');
    url.searchParams.set('generation', object.generation);
    url.searchParams.set('ifGenerationMatch', object.generation);
    const headers: Record<string, string> = {};
    // As it is stored; otherwise it would be decompressed over there, where a cut is not noticed here.
    if (object.compressed) headers['accept-encoding'] = 'gzip';
    else if (range.start !== 0 || range.end !== file.sizeBytes) {
      headers['range'] = `bytes=${range.start}-${range.end! - 1}`;
    }
    const { source } = file;
    const response = await gcsRequest({ url, headers, source }, settings, options, signal);
    if (response.status === 404 || response.status === 412) {
      discardBody(response);
      throw sourceChanged(source, `generation ${object.generation} is gone`);
    }
    if (response.status !== 200 && response.status !== 206) {
      throw await gcsStatusError(response, settings, options, { bucket, source });
    }
    try {
      checkRange(response, source, range, { etag: undefined, sizeBytes: file.sizeBytes });
      const generation = headerOf(response.headers, 'x-goog-generation');
      if (generation !== undefined && generation !== object.generation) {
        throw sourceChanged(source, `its generation is ${generation} instead of ${object.generation}`);
      }
    } catch (error) {
      discardBody(response);
      throw error;
    }
    return { body: object.compressed ? decodedBody(response, source) : response.body };
  },
};

function createApi(bucket: string, options: ProviderOptions, signal: AbortSignal) {
  const settings = gcsSettingsFrom(options.environment);
  return {
    settings,

    /** The object of exactly this name. */
    async find(name: string): Promise<GcsObject | undefined> {
      const source = `gs://${bucket}/${name}`;
      const url = gcsUrl(settings, bucket, name);
      url.searchParams.set('fields', OBJECT_FIELDS);
      const response = await gcsRequest({ url, source }, settings, options, signal);
      if (response.status === 404) {
        discardBody(response);
        return undefined;
      }
      if (response.status !== 200) throw await gcsStatusError(response, settings, options, { bucket, source });
      const object = parseObject(await readJsonBody(response, source, MAX_LISTING_BYTES));
      if (object?.name === name) return object;
      throw strange(settings, source);
    },

    async page(prefix: string, pageToken: string | undefined, maxResults: number) {
      const source = `gs://${bucket}/${prefix}`;
      const url = gcsUrl(settings, bucket);
      url.searchParams.set('prefix', prefix);
      url.searchParams.set('maxResults', String(maxResults));
      url.searchParams.set('fields', `nextPageToken,items(${OBJECT_FIELDS})`);
      if (pageToken !== undefined) url.searchParams.set('pageToken', pageToken);
      const response = await gcsRequest({ url, source }, settings, options, signal);
      if (response.status !== 200) throw await gcsStatusError(response, settings, options, { bucket, source });
      const page = parsePage(await readJsonBody(response, source, MAX_LISTING_BYTES));
      if (!page || (page.nextPageToken !== undefined && page.nextPageToken === pageToken))
        throw strange(settings, source);
      return page;
    },
  };
}

function remoteFile({ endpoint }: GcsSettings, bucket: string, object: GcsObject, name: string): RemoteFile {
  const { compressed } = object;
  return {
    name,
    source: `gs://${bucket}/${object.name}`,
    // Size and digest are of the compressed bytes, but what is wanted are the others, as Google's own clients write them.
    sizeBytes: compressed ? undefined : object.sizeBytes,
    version: object.generation,
    rangeable: !compressed,
    origin: endpoint.href,
    ...(object.digest && !compressed ? { digest: object.digest } : {}),
    handle: { bucket, object } satisfies Handle,
  };
}

/** Split by hand: `?`, `#` and spaces are part of a name. */
function parseGcsUri(uri: string): { bucket: string; name: string } {
  const [, bucket, name] = /^gs:\/\/([^/]*)\/*(.*)$/s.exec(uri) ?? [];
  if (!bucket || !/^[a-z0-9][a-z0-9._-]*$/.test(bucket)) {
    throw new StorageError('InvalidUri', `"${uri}" names no bucket`, {
      hint: 'write gs://BUCKET/PREFIX; bucket names have lower-case letters, digits, ".", "_" and "-"',
    });
  }
  return { bucket, name: name! };
}

function nothingUnder(bucket: string, prefix: string, near: string | undefined): StorageError {
  const stem = prefix.slice(prefix.lastIndexOf('/', prefix.length - 2) + 1, -1);
  return new StorageError('ObjectNotFound', `no object under gs://${bucket}/${prefix}`, {
    hint: near
      ? `the bucket has "${near}", but a prefix ends at "/", so "${stem}" does not take it`
      : 'check bucket and name',
    details: { bucket, prefix, listed: 0 },
  });
}

function strange({ endpoint }: GcsSettings, source: string): StorageError {
  return new StorageError('SourceRejected', `${endpoint.host} did not answer about ${source} as Cloud Storage does`, {
    hint: 'check STORAGE_EMULATOR_HOST and API_ENDPOINT_OVERRIDE',
  });
}
