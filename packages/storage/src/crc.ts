/** The two checksums of object stores that `node:zlib` does not have. */
export interface Crc {
  update(chunk: Uint8Array): void;
  /** Lower-case, big-endian, as the stores give them once their base64 is decoded. */
  hex(): string;
}

/** Reflected polynomials, high and low word: CRC-32C (RFC 3720, appendix B.4) and CRC-64/NVME (NVM Express, section 5.2.1.3.4). */
const POLYNOMIALS = {
  crc32c: { high: 0, low: 0x82f63b78, digits: 8 },
  crc64nvme: { high: 0x9a6c9329, low: 0xac4bc9b5, digits: 16 },
} as const;

/** Bytes that are looked up together; more of them would no longer fit the processor's first cache. */
const SLICES = 8;

export function createCrc(algorithm: keyof typeof POLYNOMIALS): Crc {
  const { digits } = POLYNOMIALS[algorithm];
  const tables = tablesFor(algorithm);
  const ones = digits === 8 ? 0 : 0xffffffff;
  let high = ones;
  let low = 0xffffffff;
  return {
    update(chunk) {
      [high, low] = digits === 8 ? [0, update32(tables.low, low, chunk)] : update64(tables, high, low, chunk);
    },
    hex() {
      const word = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
      return digits === 8 ? word(~low) : word(~high) + word(~low);
    },
  };
}

/** CRC-32C of `data` that goes on from the value of what stood before it, as `crc32` of `node:zlib` does. */
export function createCrc32c(): (data: Uint8Array, value: number) => number {
  const { low } = tablesFor('crc32c');
  return (data, value) => ~update32(low, ~value, data) >>> 0;
}

interface Tables {
  high: Uint32Array;
  low: Uint32Array;
}

/** Table `k` has, for each byte, the remainder of that byte followed by `k` zero bytes. */
function tablesFor(algorithm: keyof typeof POLYNOMIALS): Tables {
  const polynomial = POLYNOMIALS[algorithm];
  const high = new Uint32Array(256 * SLICES);
  const low = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let [h, l] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const odd = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (odd) [h, l] = [h ^ polynomial.high, l ^ polynomial.low];
    }
    high[byte] = h;
    low[byte] = l;
  }
  for (let index = 256; index < 256 * SLICES; index++) {
    const [h, l] = [high[index - 256]!, low[index - 256]!];
    const last = l & 0xff;
    low[index] = ((l >>> 8) | (h << 24)) ^ low[last]!;
    high[index] = (h >>> 8) ^ high[last]!;
  }
  return { high, low };
}

function update32(table: Uint32Array, start: number, chunk: Uint8Array): number {
  let crc = start;
  let i = 0;
  for (const end = chunk.length - 7; i < end; i += 8) {
    const a = crc ^ (chunk[i]! | (chunk[i + 1]! << 8) | (chunk[i + 2]! << 16) | (chunk[i + 3]! << 24));
    crc =
      table[1792 + (a & 0xff)]! ^
      table[1536 + ((a >>> 8) & 0xff)]! ^
      table[1280 + ((a >>> 16) & 0xff)]! ^
      table[1024 + (a >>> 24)]! ^
      table[768 + chunk[i + 4]!]! ^
      table[512 + chunk[i + 5]!]! ^
      table[256 + chunk[i + 6]!]! ^
      table[chunk[i + 7]!]!;
  }
  for (; i < chunk.length; i++) crc = (crc >>> 8) ^ table[(crc ^ chunk[i]!) & 0xff]!;
  return crc;
}

function update64({ high, low }: Tables, startHigh: number, startLow: number, chunk: Uint8Array): [number, number] {
  let [h, l] = [startHigh, startLow];
  let i = 0;
  for (const end = chunk.length - 7; i < end; i += 8) {
    const a = l ^ (chunk[i]! | (chunk[i + 1]! << 8) | (chunk[i + 2]! << 16) | (chunk[i + 3]! << 24));
    const b = h ^ (chunk[i + 4]! | (chunk[i + 5]! << 8) | (chunk[i + 6]! << 16) | (chunk[i + 7]! << 24));
    const [i0, i1, i2, i3] = [
      1792 + (a & 0xff),
      1536 + ((a >>> 8) & 0xff),
      1280 + ((a >>> 16) & 0xff),
      1024 + (a >>> 24),
    ];
    const [i4, i5, i6, i7] = [768 + (b & 0xff), 512 + ((b >>> 8) & 0xff), 256 + ((b >>> 16) & 0xff), b >>> 24];
    l = low[i0]! ^ low[i1]! ^ low[i2]! ^ low[i3]! ^ low[i4]! ^ low[i5]! ^ low[i6]! ^ low[i7]!;
    h = high[i0]! ^ high[i1]! ^ high[i2]! ^ high[i3]! ^ high[i4]! ^ high[i5]! ^ high[i6]! ^ high[i7]!;
  }
  for (; i < chunk.length; i++) {
    const index = (l ^ chunk[i]!) & 0xff;
    l = ((l >>> 8) | (h << 24)) ^ low[index]!;
    h = (h >>> 8) ^ high[index]!;
  }
  return [h, l];
}
