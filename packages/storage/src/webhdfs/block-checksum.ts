import type { Digest } from '../provider.ts';

/** Room of the buffer in which Hadoop gathers the sums of blocks, at first. */
const FIRST_ROOM_BYTES = 32;

/**
 * The file checksum of HDFS, `MD5-of-…MD5-of-…CRC32C`: the MD5 of the blocks' MD5s, each of which is over the big-endian CRCs of the
 * block's pieces. The outer sum is over the whole buffer that Hadoop gathers the inner ones in, which doubles from 32 bytes and
 * ends with zeros (FileChecksumHelper and DataOutputBuffer of Hadoop).
 */
export async function createBlockChecksum(
  algorithm: 'hdfs-crc32' | 'hdfs-crc32c',
  { blockBytes, pieceBytes }: NonNullable<Digest['division']>,
): Promise<{ update(data: Uint8Array): void; hex(): string }> {
  const { createHash } = await import('node:crypto');
  const crc =
    algorithm === 'hdfs-crc32' ? (await import('node:zlib')).crc32 : (await import('../crc.ts')).createCrc32c();
  const blockSums: Buffer[] = [];
  const crcs = Buffer.alloc(4096);
  let crcsEnd = 0;
  let block = createHash('md5');
  let blockFilled = 0;
  let pieceFilled = 0;
  let value = 0;

  function endPiece(): void {
    crcsEnd = crcs.writeUInt32BE(value, crcsEnd);
    if (crcsEnd === crcs.length) flush();
    value = 0;
    pieceFilled = 0;
  }

  function flush(): void {
    block.update(crcs.subarray(0, crcsEnd));
    crcsEnd = 0;
  }

  function endBlock(): void {
    if (pieceFilled > 0) endPiece();
    flush();
    blockSums.push(block.digest());
    block = createHash('md5');
    blockFilled = 0;
  }

  return {
    update(data) {
      for (let offset = 0; offset < data.length; ) {
        const count = Math.min(data.length - offset, pieceBytes - pieceFilled, blockBytes - blockFilled);
        value = crc(data.subarray(offset, offset + count), value);
        offset += count;
        pieceFilled += count;
        blockFilled += count;
        if (pieceFilled === pieceBytes) endPiece();
        if (blockFilled === blockBytes) endBlock();
      }
    },
    hex() {
      if (blockFilled > 0) endBlock();
      const sums = Buffer.concat(blockSums);
      let room = FIRST_ROOM_BYTES;
      while (room < sums.length) room *= 2;
      return createHash('md5')
        .update(sums)
        .update(Buffer.alloc(room - sums.length))
        .digest('hex');
    },
  };
}
