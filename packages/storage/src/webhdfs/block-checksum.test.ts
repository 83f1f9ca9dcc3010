import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBlockChecksum } from './block-checksum.ts';

/** The checksums are what Hadoop 3.4.1 answers for these bytes. */
const BYTES = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (Math.floor((i * i) / 7) + i) % 251));
const DIVISION = { blockBytes: 65_536, pieceBytes: 512 };

test('one block and many blocks have the checksum that Hadoop gives them', async () => {
  for (const [length, expected] of [
    [1000, '4e8d8cd7a646d63ed90842cad5459c53'],
    [200_000, '105f9e11c86fa81752e7a259268f54df'],
  ] as const) {
    const checksum = await createBlockChecksum('hdfs-crc32c', DIVISION);
    checksum.update(BYTES.subarray(0, length));
    assert.equal(checksum.hex(), expected);
  }
});

test('data in any pieces has the sum of the whole', async () => {
  const division = { blockBytes: 64, pieceBytes: 16 };
  for (const algorithm of ['hdfs-crc32', 'hdfs-crc32c'] as const) {
    const property = fc.asyncProperty(fc.nat(300), fc.array(fc.nat(300), { maxLength: 8 }), async (length, cuts) => {
      const whole = await createBlockChecksum(algorithm, division);
      whole.update(BYTES.subarray(0, length));
      const pieces = await createBlockChecksum(algorithm, division);
      const ends = [...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length];
      for (const [index, end] of ends.entries()) pieces.update(BYTES.subarray(ends[index - 1] ?? 0, end));
      assert.equal(pieces.hex(), whole.hex());
    });
    await fc.assert(property);
  }
});
