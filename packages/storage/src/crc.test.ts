import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCrc } from './crc.ts';

/** The check value of a CRC is that of these nine bytes (the catalogue of parametrised CRC algorithms). */
const CHECK = Buffer.from('123456789');

test('check values', () => {
  const values = { crc32c: 'e3069283', crc64nvme: 'ae8b14860a799888' } as const;
  for (const [algorithm, expected] of Object.entries(values)) {
    const crc = createCrc(algorithm as keyof typeof values);
    crc.update(CHECK);
    assert.equal(crc.hex(), expected, algorithm);
  }
});

test('data in any pieces has the sum of the whole, computed bit by bit', () => {
  const polynomials = { crc32c: [0x82f63b78n, 32n], crc64nvme: [0x9a6c9329ac4bc9b5n, 64n] } as const;
  const bytes = fc.uint8Array({ maxLength: 60 });
  for (const [algorithm, [polynomial, width]] of Object.entries(polynomials)) {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (pieces) => {
        const crc = createCrc(algorithm as keyof typeof polynomials);
        const ones = (1n << width) - 1n;
        let expected = ones;
        for (const piece of pieces) {
          crc.update(piece);
          for (const byte of piece) {
            expected ^= BigInt(byte);
            for (let bit = 0; bit < 8; bit++) expected = (expected >> 1n) ^ (expected & 1n ? polynomial : 0n);
          }
        }
        assert.equal(crc.hex(), (expected ^ ones).toString(16).padStart(Number(width) / 4, '0'));
      }),
    );
  }
});

test('data that is larger than the memory of a kernel, and sums that are computed by turns', () => {
  const data = randomBytes(1_000_003);
  for (const algorithm of ['crc32c', 'crc64nvme'] as const) {
    const [whole, pieces, other] = [createCrc(algorithm), createCrc(algorithm), createCrc(algorithm)];
    whole.update(data);
    for (let start = 0; start < data.length; start += 1001) {
      pieces.update(data.subarray(start, start + 1001));
      other.update(CHECK);
    }
    assert.equal(pieces.hex(), whole.hex());
    assert.notEqual(other.hex(), whole.hex());
  }
});
