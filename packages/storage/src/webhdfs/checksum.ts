import { StorageError } from '../errors.ts';
import type { Digest, ProviderOptions } from '../provider.ts';
import type { FileStatus } from './listing.ts';
import { type WebHdfs, webHdfsJson } from './request.ts';

/**
 * The checksum that the data nodes keep of a file. `undefined` where a gateway has none, or none that proves the content.
 */
export async function fileChecksum(
  path: string,
  source: string,
  status: FileStatus,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  if (status.encrypted) return undefined;
  try {
    const answer = await webHdfsJson({ op: 'GETFILECHECKSUM', path, source }, hdfs, options, signal);
    const { algorithm, bytes } = (answer as { FileChecksum: Record<string, unknown> }).FileChecksum;
    return digestFrom(String(algorithm), String(bytes));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StorageError && error.transient) throw error;
    return undefined; // it is a help, not a condition
  }
}

/** `COMPOSITE-CRC32C` is the CRC of the whole content (`dfs.checksum.combine.mode` COMPOSITE_CRC of the data nodes). */
function digestFrom(algorithm: string, bytes: string): Digest | undefined {
  const composite = /^COMPOSITE-CRC32(C?)$/.exec(algorithm);
  const hex = /^([0-9a-f]{8})/.exec(bytes.toLowerCase())?.[1];
  return composite && hex ? { algorithm: composite[1] ? 'crc32c' : 'crc32', hex } : undefined;
}
