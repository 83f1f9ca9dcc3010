import { StorageError, storageErrorFrom } from '../errors.ts';
import { createConnections } from '../http/connections.ts';
import { matchRegistryEntries, parseImageReference, type RegistryEntry } from '../registry-credentials/index.ts';
import { createRepository } from './repository.ts';
import { fetchManifest } from './resolve.ts';

export interface ImageAccessOptions {
  /** For proxies, trusted certificates and registries without TLS, as in a download. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Longest silence of the registry, in milliseconds. */
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks a registry for the manifest of an image, as a kubelet does before it pulls: with each matching credential in turn, by the registry's
 * token server where it names one. Nothing is kept.
 * @throws StorageError InvalidUri, AccessDenied, ObjectNotFound, SourceUnavailable, TlsUntrusted, SourceRejected, Aborted
 */
export async function assertImageReadable(
  image: string,
  entries: readonly RegistryEntry[],
  { environment, stallTimeoutMs, signal }: ImageAccessOptions,
): Promise<void> {
  const reference = parseImageReference(image);
  if (!reference) throw new StorageError('InvalidUri', `${JSON.stringify(image.slice(0, 200))} is no image`);
  const { registry, repository: path, tag, digest } = reference;
  const matching = matchRegistryEntries(entries, `${registry}/${path}`);
  const connections = createConnections({ environment, perOrigin: 1, stallTimeoutMs });
  try {
    const credentials = { matching, files: [], helperFile: undefined };
    const repository = createRepository(registry, path, { environment, connections }, credentials);
    const at = digest ?? tag ?? 'latest';
    await fetchManifest(repository, at, `${repository.name}${digest ? '@' : ':'}${at}`, signal);
  } catch (error) {
    throw storageErrorFrom(error, `asking for ${registry}/${path}`, signal);
  } finally {
    await connections.close();
  }
}

export { StorageError } from '../errors.ts';
