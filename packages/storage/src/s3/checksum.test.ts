import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestFrom } from './checksum.ts';

const MD5 = '"0123456789abcdef0123456789abcdef"';
const PARTS = '"0123456789abcdef0123456789abcdef-3"';
const CRC64 = Buffer.alloc(8, 1).toString('base64');
const SHA256 = Buffer.alloc(32, 2).toString('base64');

test('the strongest digest that an answer has of the whole object', () => {
  const cases: [Record<string, string>, string, string | undefined][] = [
    [{}, MD5, 'md5'],
    [{}, PARTS, undefined],
    [{}, '', undefined],
    [{ 'x-amz-checksum-crc64nvme': CRC64 }, PARTS, 'crc64nvme'],
    [{ 'x-amz-checksum-crc64nvme': CRC64, 'x-amz-checksum-type': 'FULL_OBJECT' }, PARTS, 'crc64nvme'],
    [{ 'x-amz-checksum-crc64nvme': CRC64, 'x-amz-checksum-sha256': SHA256 }, PARTS, 'sha256'],
    [{ 'x-amz-checksum-crc64nvme': CRC64 }, MD5, 'md5'],
    [{ 'x-amz-checksum-sha256': SHA256, 'x-amz-checksum-type': 'COMPOSITE' }, PARTS, undefined],
    [{ 'x-amz-checksum-sha256': `${SHA256}-3` }, PARTS, undefined],
    [{ 'x-amz-checksum-sha256': CRC64 }, PARTS, undefined],
    [{ 'x-amz-checksum-sha256': 'not base64!' }, PARTS, undefined],
    [{ 'x-amz-server-side-encryption': 'AES256' }, MD5, 'md5'],
    [{ 'x-amz-server-side-encryption': 'aws:kms' }, MD5, undefined],
    [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, MD5, undefined],
  ];
  for (const [headers, etag, expected] of cases) {
    assert.equal(digestFrom(headers, etag)?.algorithm, expected, JSON.stringify({ headers, etag }));
  }
  assert.equal(digestFrom({ 'x-amz-checksum-crc64nvme': CRC64 }, PARTS)?.hex, '0101010101010101');
});
