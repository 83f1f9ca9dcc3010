import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import { checkRange } from '../http/content.ts';
import { statusErrorFrom } from '../http/errors.ts';
import { contentsOf, type LayerContent } from '../oci/contents.ts';
import type { LayerFile } from '../oci/layers.ts';
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

interface LayerHandle extends Handle {
  /** Of an image: the folder that is the model. */
  folder: string | undefined;
  /** Where among the layers this blob is, from the bottom. */
  places: { place: number; fileName: string | undefined }[];
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
    const { image, layers } = contentsOf(manifest, redactUri(uri));
    const largest = layers.reduce((a, b) => (b.layer.sizeBytes > a.layer.sizeBytes ? b : a)).layer;
    const rangeable = largest.sizeBytes >= PROBE_FROM_BYTES && (await takesRanges(repository, largest, signal));
    if (layers.some(({ kind }) => kind === 'tar')) {
      yield* packedLayers(reference, layers, image ? repository.settings.modelPath : undefined, rangeable);
      return;
    }
    for (const content of layers) {
      if (content.kind === 'file') yield remoteFile(reference, content.name, content.layer, rangeable);
    }
  },

  async *unpack(parts, _options, read) {
    const layers: LayerFile[] = [];
    let folder: string | undefined;
    for (const { file, path } of parts) {
      const handle = file.handle as LayerHandle;
      folder = handle.folder;
      for (const { place, fileName } of handle.places) layers[place] = { path, sizeBytes: file.sizeBytes!, fileName };
    }
    const { layerEntries } = await import('../oci/layers.ts');
    yield* layerEntries(layers, { ...read, folder: folder ?? '', whiteouts: folder !== undefined });
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

/**
 * Layers as parts of one tree, each blob once, however often it is a layer.
 * @param folder  of an image; `undefined` for an artifact
 */
function* packedLayers(
  reference: ImageReference,
  layers: readonly LayerContent[],
  folder: string | undefined,
  rangeable: boolean,
): Generator<RemoteFile> {
  const blobs = new Map<string, { layer: Descriptor; places: LayerHandle['places'] }>();
  for (const [place, content] of layers.entries()) {
    const { layer } = content;
    const blob = blobs.get(layer.digestText) ?? { layer, places: [] };
    blob.places.push({ place, fileName: content.kind === 'file' ? content.name : undefined });
    blobs.set(layer.digestText, blob);
  }
  for (const { layer, places } of blobs.values()) {
    const file = remoteFile(reference, `layer-${places[0]!.place}`, layer, rangeable);
    const version = `${layer.digestText} ${JSON.stringify([folder, places])}`;
    const handle: LayerHandle = { ...(file.handle as Handle), folder, places };
    yield { ...file, version, named: true, packed: true, handle };
  }
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
