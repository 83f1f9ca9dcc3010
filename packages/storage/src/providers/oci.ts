import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { checkRange } from '../http/content.ts';
import { statusErrorFrom } from '../http/errors.ts';
import { contentsOf } from '../oci/contents.ts';
import type { Descriptor } from '../oci/manifest.ts';
import { openRepository, type Repository } from '../oci/repository.ts';
import { resolveManifest } from '../oci/resolve.ts';
import type { Provider, RemoteFile } from '../provider.ts';
import { redactUri } from '../redact.ts';
import { type ImageReference, parseImageReference } from '../registry-credentials/index.ts';

interface Handle {
  registry: string;
  repository: string;
  digestText: string;
}

/** Smaller blobs are not worth asking whether a broken transfer can go on. */
const PROBE_FROM_BYTES = 64 * 1024;

/**
 * `oci://[REGISTRY/]REPOSITORY[:TAG|@DIGEST]`: the files of an artifact, or the model folder of an image. Content is named by its
 * digest, so what is listed can never change.
 */
export const ociProvider: Provider = {
  keepsArchives: true, // as KServe leaves them
  async *list(uri, options, signal) {
    const reference = parseOciUri(uri);
    const repository = await openRepository(reference.registry, reference.repository, options);
    const manifest = await resolveManifest(repository, reference, signal);
    const { layers } = contentsOf(manifest, redactUri(uri));
    const largest = layers.reduce((a, b) => (b.layer.sizeBytes > a.layer.sizeBytes ? b : a)).layer;
    const rangeable = largest.sizeBytes >= PROBE_FROM_BYTES && (await takesRanges(repository, largest, signal));
    for (const content of layers) {
      if (content.kind !== 'file')
        throw new StorageError('SourceRejected', `${redactUri(uri)} has layers that are archives`);
      yield remoteFile(reference, content.name, content.layer, rangeable);
    }
  },

  async read(file, range, options, signal) {
    const { registry, repository: path, digestText } = file.handle as Handle;
    const repository = await openRepository(registry, path, options);
    const whole = range.start === 0 && range.end === file.sizeBytes;
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (!whole) headers['range'] = `bytes=${range.start}-${range.end! - 1}`;
    const response = await repository.get(`blobs/${digestText}`, headers, file.source, signal);
    if (response.status !== 200 && response.status !== 206) {
      throw await statusErrorFrom(response, file.source, {
        denied: repository.deniedHint(),
        rejected: 'a registry answers 200 or 206',
      });
    }
    try {
      checkRange(response, file.source, range, { etag: undefined, sizeBytes: file.sizeBytes });
    } catch (error) {
      discardBody(response);
      throw error;
    }
    return { body: response.body };
  },
};

function remoteFile(
  { registry, repository }: ImageReference,
  name: string,
  { digestText, digest, sizeBytes }: Descriptor,
  rangeable: boolean,
): RemoteFile {
  return {
    name,
    source: `${registry}/${repository}@${digestText}`,
    sizeBytes,
    version: digestText,
    rangeable,
    digest,
    handle: { registry, repository, digestText } satisfies Handle,
  };
}

/** Ranges are optional for a registry, and for the store that it redirects to. */
async function takesRanges(repository: Repository, { digestText }: Descriptor, signal: AbortSignal): Promise<boolean> {
  const source = `${repository.name}@${digestText}`;
  const response = await repository.get(`blobs/${digestText}`, { range: 'bytes=0-0' }, source, signal);
  if (response.status !== 200 && response.status !== 206) {
    throw await statusErrorFrom(response, source, {
      denied: repository.deniedHint(),
      rejected: 'a registry answers 200 or 206',
    });
  }
  discardBody(response);
  return response.status === 206;
}

function parseOciUri(uri: string): ImageReference {
  const reference = parseImageReference(uri.slice('oci://'.length));
  if (reference && (!reference.digest || /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(reference.digest)))
    return reference;
  throw new StorageError('InvalidUri', `"${redactUri(uri)}" is no reference to an image or artifact`, {
    hint: 'write oci://REGISTRY/REPOSITORY:TAG or …@sha256:DIGEST, the repository in lower case',
  });
}
