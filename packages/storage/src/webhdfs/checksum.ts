import { StorageError } from '../errors.ts';
import type { Digest, ProviderOptions } from '../provider.ts';
import type { FileStatus } from './listing.ts';
import { type WebHdfs, webHdfsJson } from './request.ts';

interface Asked {
  path: string;
  source: string;
  status: FileStatus;
}

/**
 * The checksum that the data nodes keep of a file. `undefined` where a gateway has none, and where what it has is not of the
 * content alone: in encryption zones, of erasure-coded files, and of files whose blocks have different lengths.
 */
export async function fileChecksum(
  asked: Asked,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  if (!asked.status.plain || asked.status.length === 0) return undefined;
  try {
    const { path, source } = asked;
    const answer = await webHdfsJson({ op: 'GETFILECHECKSUM', path, source }, hdfs, options, signal);
    const { algorithm, bytes } = (answer as { FileChecksum: Record<string, unknown> }).FileChecksum;
    const digest = digestFrom(String(algorithm), String(bytes).toLowerCase(), asked.status);
    const { length, blockSize } = asked.status;
    if (!digest?.division || length <= blockSize) return digest;
    return (await hasEqualBlocks(asked, hdfs, options, signal)) ? digest : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StorageError && error.transient) throw error;
    return undefined; // it is a help, not a condition
  }
}

/**
 * `COMPOSITE-CRC32C` is the CRC of the whole content; the other form names how many CRCs a block has (0: there is one block)
 * and how many bytes each is of, and has both in front of the sum, too.
 */
function digestFrom(algorithm: string, bytes: string, { length, blockSize }: FileStatus): Digest | undefined {
  const composite = /^COMPOSITE-CRC32(C?)$/.exec(algorithm);
  if (composite) {
    const hex = /^[0-9a-f]{8}/.exec(bytes)?.[0];
    return hex ? { algorithm: composite[1] ? 'crc32c' : 'crc32', hex } : undefined;
  }
  const [, perBlock, perPiece, c] = /^MD5-of-(\d{1,9})MD5-of-([1-9]\d{0,8})CRC32(C?)$/.exec(algorithm) ?? [];
  const hex = /^[0-9a-f]{24}([0-9a-f]{32})/.exec(bytes)?.[1];
  if (perPiece === undefined || hex === undefined) return undefined;
  const pieceBytes = Number(perPiece);
  const blockBytes = length <= blockSize ? blockSize : Number(perBlock) * pieceBytes;
  if (blockBytes !== blockSize || blockSize === 0 || (length <= blockSize && perBlock !== '0')) return undefined;
  return { algorithm: c ? 'hdfs-crc32c' : 'hdfs-crc32', hex, division: { blockBytes, pieceBytes } };
}

/** Files that were put together from others (`concat`) may have blocks that are not full before the last. */
async function hasEqualBlocks(
  { path, source, status: { blockSize, length } }: Asked,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await webHdfsJson({ op: 'GETFILEBLOCKLOCATIONS', path, source }, hdfs, options, signal);
  const blocks = (answer as { BlockLocations: { BlockLocation: { offset: number; length: number }[] } }).BlockLocations
    .BlockLocation;
  return (
    blocks.length === Math.ceil(length / blockSize) &&
    blocks.every(
      (block, index) =>
        block.offset === index * blockSize && block.length === Math.min(blockSize, length - block.offset),
    )
  );
}
