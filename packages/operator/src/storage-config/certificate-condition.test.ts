import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateCondition } from './certificate-condition.ts';
import { ageOf, untilNextAge } from './expiry.ts';

const dayMs = 86_400_000;
const now = Date.parse('2026-06-01T00:00:00Z');
const certificate = (days: number) => ({
  place: 'Secret team/storage-config, key a, field certificate',
  subject: 'CN=minio',
  endMs: now + days * dayMs,
});

test('a certificate that ended is said before one that ends soon, and one that is well says nothing of itself', () => {
  assert.equal(certificateCondition([], now), undefined);
  assert.deepEqual(certificateCondition([certificate(31), certificate(300)], now), { status: 'True' });
  const soon = certificateCondition([certificate(300), certificate(10)], now);
  assert.deepEqual([soon?.status, soon?.reason], ['True', 'CertificateExpiresSoon']);
  assert.match(soon?.message ?? '', /key a, field certificate: certificate CN=minio ends on 2026-06-11/);
  const ended = certificateCondition([certificate(10), certificate(-1)], now);
  assert.deepEqual([ended?.status, ended?.reason], ['False', 'CertificateExpired']);
});

test('the next look is when an age changes', () => {
  assert.deepEqual(
    [31, 30, 0].map((days) => ageOf(now + days * dayMs, now)),
    ['fine', 'endsSoon', 'ended'],
  );
  assert.equal(untilNextAge([now + 40 * dayMs, now + 20 * dayMs], now), 10 * dayMs);
  assert.equal(untilNextAge([now - dayMs], now), undefined);
});
