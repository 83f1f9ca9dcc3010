import { StorageError } from '../errors.ts';
import type { Descriptor, ImageManifest } from './manifest.ts';

/** What one layer brings. */
export type LayerContent =
  /** The blob is the file. */
  | { kind: 'file'; name: string; layer: Descriptor }
  /** The blob is a tar archive, to be unpacked over what earlier layers brought. */
  | { kind: 'tar'; layer: Descriptor };

export interface Contents {
  /** Of an image only a folder is the model, and its layers may take away what earlier ones brought. */
  image: boolean;
  layers: LayerContent[];
}

const IMAGE_CONFIGS: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

const TITLE = 'org.opencontainers.image.title';

/** ModelPack's, and its name before the specification moved to the CNCF. */
const FILE_PATHS = ['org.cncf.model.filepath', 'org.cnai.model.filepath'];

/** ORAS sets it where it has packed a folder. */
const UNPACK = 'io.deis.oras.content.unpack';

/** Layers that are archives of a model by their very type: ModelPack, KitOps and Docker Model Runner. */
const MODEL_TAR =
  /^application\/vnd\.(cncf|cnai)\.model\.[\w.]+\.tar(\+(gzip|zstd))?$|^application\/vnd\.kitops\.modelkit\.\w+\.v1\.tar(\+(gzip|zstd))?$|^application\/vnd\.docker\.ai\.[\w.]+\.tar$/;

const TAR = /\.tar([.+](gzip|zstd))?$/;

/** Names that Docker Model Runner gives to files that have none. */
const UNNAMED: Readonly<Record<string, string>> = {
  'application/vnd.docker.ai.gguf.v3': 'model.gguf',
  'application/vnd.docker.ai.mmproj': 'model.mmproj',
  'application/vnd.docker.ai.chat.template.jinja': 'template.jinja',
  'application/vnd.docker.ai.license': 'LICENSE',
};

/**
 * What to do with each layer of a manifest: images by their config, everything else is an artifact.
 * @throws StorageError ObjectNotFound without any layer, SourceRejected for a layer that nobody can name
 */
export function contentsOf(manifest: ImageManifest, source: string): Contents {
  const layers = manifest.layers.filter(({ mediaType }) => mediaType !== 'application/vnd.oci.empty.v1+json');
  if (layers.length === 0) throw new StorageError('ObjectNotFound', `${source} has no layers`, { details: { source } });
  const image =
    !manifest.artifactType &&
    manifest.config !== undefined &&
    IMAGE_CONFIGS.includes(manifest.config.mediaType) &&
    layers.every(({ annotations }) => annotations[TITLE] === undefined);
  return { image, layers: layers.map((layer) => (image ? { kind: 'tar', layer } : artifactLayer(layer, source))) };
}

function artifactLayer(layer: Descriptor, source: string): LayerContent {
  const { annotations, mediaType } = layer;
  const name = annotations[FILE_PATHS[0]!] ?? annotations[FILE_PATHS[1]!] ?? annotations[TITLE] ?? UNNAMED[mediaType];
  if (MODEL_TAR.test(mediaType) || annotations[UNPACK] === 'true') return { kind: 'tar', layer };
  if (name !== undefined) return { kind: 'file', name: name.replace(/^(\.\/)+/, ''), layer };
  if (TAR.test(mediaType)) return { kind: 'tar', layer };
  throw new StorageError('SourceRejected', `layer ${layer.digestText} of ${source} has no name`, {
    hint: `its type is "${mediaType}"; set the annotation ${TITLE}`,
    details: { source, digest: layer.digestText, mediaType },
  });
}
