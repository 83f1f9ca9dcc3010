import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createCrc } from '../../../packages/storage/src/crc.ts';

/** A checksum as S3 writes it, in base64. */
export function checksumOf(algorithm: string, data: Buffer): string {
  switch (algorithm) {
    case 'SHA256':
    case 'SHA1':
      return createHash(algorithm).update(data).digest('base64');
    case 'CRC32': {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc32(data));
      return bytes.toString('base64');
    }
    case 'CRC32C':
    case 'CRC64NVME': {
      const crc = createCrc(algorithm === 'CRC32C' ? 'crc32c' : 'crc64nvme');
      crc.update(data);
      return Buffer.from(crc.hex(), 'hex').toString('base64');
    }
    default:
      throw new Error(`unknown checksum ${algorithm}`);
  }
}
