import { type CrcKernel, createCrcKernel, DATA_BYTES, DATA_OFFSET, TABLES } from './crc-kernel.ts';

/** The two checksums of object stores that `node:zlib` does not have. */
export interface Crc {
  update(chunk: Uint8Array): void;
  /** Lower-case, big-endian, as the stores give them once their base64 is decoded. */
  hex(): string;
}

/**
 * Reflected polynomials: CRC-32C (RFC 3720, appendix B.4) and CRC-64/NVME (NVM Express, section 5.2.1.3.4). A kernel is for all
 * sums of its kind: its memory holds data during one call of `update` only.
 */
const ALGORITHMS = {
  crc32c: { kernel: createCrcKernel(tablesFor(0x82f63b78n)), digits: 8 },
  crc64nvme: { kernel: createCrcKernel(tablesFor(0x9a6c9329ac4bc9b5n)), digits: 16 },
} as const;

export function createCrc(algorithm: keyof typeof ALGORITHMS): Crc {
  const { kernel, digits } = ALGORITHMS[algorithm];
  const ones = (1n << BigInt(digits * 4)) - 1n;
  let state = ones;
  return {
    update(chunk) {
      state = advance(kernel, state, chunk);
    },
    hex: () => (state ^ ones).toString(16).padStart(digits, '0'),
  };
}

/** CRC-32C of `data` that goes on from the value of what stood before it, as `crc32` of `node:zlib` does. */
export function createCrc32c(): (data: Uint8Array, value: number) => number {
  const { kernel } = ALGORITHMS.crc32c;
  return (data, value) => ~Number(advance(kernel, BigInt(~value >>> 0), data)) >>> 0;
}

function advance(kernel: CrcKernel, start: bigint, chunk: Uint8Array): bigint {
  let state = start;
  for (let offset = 0; offset < chunk.length; offset += DATA_BYTES) {
    const piece = chunk.subarray(offset, offset + DATA_BYTES);
    kernel.memory.set(piece, DATA_OFFSET);
    state = BigInt.asUintN(64, kernel.update(state, DATA_OFFSET, DATA_OFFSET + piece.length));
  }
  return state;
}

/** Table `k` has, for each byte, the remainder of that byte followed by `k` zero bytes. */
function tablesFor(polynomial: bigint): BigUint64Array {
  const tables = new BigUint64Array(256 * TABLES);
  for (let byte = 0; byte < 256; byte++) {
    let word = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) word = (word >> 1n) ^ (word & 1n ? polynomial : 0n);
    tables[byte] = word;
  }
  for (let index = 256; index < tables.length; index++) {
    const word = tables[index - 256]!;
    tables[index] = (word >> 8n) ^ tables[Number(word & 0xffn)]!;
  }
  return tables;
}
