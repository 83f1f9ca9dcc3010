import { StorageError } from '../errors.ts';
import type { Digest } from '../provider.ts';

/** Content by its digest (OCI image specification, descriptor). */
export interface Descriptor {
  /** Lower case, without parameters. */
  mediaType: string;
  /** `ALGORITHM:HEX`. */
  digestText: string;
  digest: Digest;
  sizeBytes: number;
  annotations: Readonly<Record<string, string>>;
  artifactType: string | undefined;
  platform: { os: string; architecture: string; variant: string | undefined } | undefined;
}

export interface ImageManifest {
  kind: 'manifest';
  artifactType: string | undefined;
  config: Descriptor | undefined;
  layers: Descriptor[];
}

export interface ImageIndex {
  kind: 'index';
  manifests: Descriptor[];
}

export const MANIFEST_MEDIA_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

const DIGEST_HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** @throws StorageError SourceRejected for what is neither a manifest nor an index */
export function parseManifest(body: Buffer, source: string): ImageManifest | ImageIndex {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw malformed(source, 'is not JSON');
  }
  if (!isObject(value)) throw malformed(source, 'is not a JSON object');
  if (value['schemaVersion'] === 1 || 'fsLayers' in value) {
    throw new StorageError('SourceRejected', `${source} is an image of schema 1`, {
      hint: 'push it again with a client of this decade',
      details: { source },
    });
  }
  if (Array.isArray(value['manifests'])) {
    return {
      kind: 'index',
      manifests: value['manifests'].map((each, i) => descriptorFrom(each, source, `manifests[${i}]`)),
    };
  }
  // `blobs` was the name in the artifact manifest of a release candidate of the specification.
  const layers = value['layers'] ?? value['blobs'];
  if (!Array.isArray(layers)) throw malformed(source, 'has neither "layers" nor "manifests"');
  return {
    kind: 'manifest',
    artifactType: textOf(value['artifactType']),
    config: value['config'] === undefined ? undefined : descriptorFrom(value['config'], source, 'config'),
    layers: layers.map((each, i) => descriptorFrom(each, source, `layers[${i}]`)),
  };
}

/** `undefined` for what is no digest of an algorithm that is known. */
export function parseDigest(text: string): Digest | undefined {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]+)$/.exec(text) ?? [];
  if (!algorithm || hex!.length !== DIGEST_HEX_LENGTH[algorithm]) return undefined;
  return { algorithm: algorithm as Digest['algorithm'], hex: hex! };
}

function descriptorFrom(value: unknown, source: string, where: string): Descriptor {
  if (!isObject(value)) throw malformed(source, `has a ${where} that is no object`);
  const { mediaType, size } = value;
  const digestText = textOf(value['digest']) ?? '';
  const digest = parseDigest(digestText);
  if (!digest) throw malformed(source, `has a digest in ${where} that is neither sha256 nor sha512`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw malformed(source, `has a size in ${where} that is no number of bytes`);
  const platform = isObject(value['platform']) ? value['platform'] : undefined;
  return {
    mediaType: (textOf(mediaType) ?? '').split(';')[0]!.trim().toLowerCase(),
    digestText,
    digest,
    sizeBytes: size,
    annotations: annotationsFrom(value['annotations']),
    artifactType: textOf(value['artifactType']),
    platform: platform && {
      os: textOf(platform['os']) ?? '',
      architecture: textOf(platform['architecture']) ?? '',
      variant: textOf(platform['variant']) || undefined,
    },
  };
}

function annotationsFrom(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function malformed(source: string, how: string): StorageError {
  return new StorageError('SourceRejected', `the manifest of ${source} ${how}`, {
    hint: 'expected an OCI or Docker image manifest, or an index of them',
    details: { source },
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
