import { createHash } from 'node:crypto';
import { StorageError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { headerOf, statusErrorFrom } from '../http/errors.ts';
import type { Digest } from '../provider.ts';
import type { ImageReference } from '../registry-credentials/index.ts';
import { type ImageManifest, MANIFEST_MEDIA_TYPES, parseDigest, parseManifest } from './manifest.ts';
import { selectManifest } from './platform.ts';
import type { Repository } from './repository.ts';

/** Registries refuse larger ones (distribution specification, "Pushing Manifests"). */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** An index may lead to an index; more than this is a loop or a joke. */
const MAX_INDEXES = 4;

/**
 * The manifest that a reference leads to, through indexes, with every digest on the way checked.
 * @throws StorageError ObjectNotFound, AccessDenied, ChecksumMismatch (transient), SourceRejected
 */
export async function resolveManifest(
  repository: Repository,
  reference: ImageReference,
  signal: AbortSignal,
): Promise<ImageManifest> {
  let at = reference.digest ?? reference.tag!;
  let source = `${repository.name}${reference.digest ? '@' : ':'}${at}`;
  for (let indexes = 0; indexes <= MAX_INDEXES; indexes++) {
    const body = await fetchManifest(repository, at, source, signal);
    const manifest = parseManifest(body, source);
    if (manifest.kind === 'manifest') return manifest;
    const chosen = selectManifest(manifest.manifests, repository.settings.platform, source);
    at = chosen.digestText;
    source = `${repository.name}@${at}`;
  }
  throw new StorageError('SourceRejected', `${source} is the end of more than ${MAX_INDEXES} indexes in a row`);
}

/** The manifest or index under a tag or digest, checked. @throws as `resolveManifest` */
export async function fetchManifest(
  repository: Repository,
  at: string,
  source: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const response = await repository.get(`manifests/${at}`, { accept: MANIFEST_MEDIA_TYPES.join(', ') }, source, signal);
  if (response.status !== 200) {
    throw await statusErrorFrom(response, source, {
      denied: repository.deniedHint(),
      notFound: 'check repository and tag; some registries say so where credentials are missing, too',
      rejected: 'a registry answers 200',
    });
  }
  const body = await readBody(response, source, MAX_MANIFEST_BYTES);
  const told = parseDigest(headerOf(response.headers, 'docker-content-digest') ?? '');
  for (const digest of [parseDigest(at), told]) if (digest) checkDigest(body, digest, source);
  return body;
}

function checkDigest(body: Buffer, { algorithm, hex }: Digest, source: string): void {
  const actual = createHash(algorithm).update(body).digest('hex');
  if (actual === hex) return;
  throw new StorageError(
    'ChecksumMismatch',
    `${algorithm} of the manifest of ${source} is ${actual}, expected ${hex}`,
    {
      hint: 'it was damaged on the way, or somebody between here and the registry changes it',
      details: { source, algorithm, expected: hex, actual },
      transient: true,
    },
  );
}
