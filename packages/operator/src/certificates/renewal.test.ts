import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateState } from './certificate-secret.ts';
import { bundleOf, readCertificateSecret, writeCertificateSecret } from './certificate-secret.ts';
import { issueCertificate } from './issue-certificate.ts';
import { afterStep, certificateLifeMs, nextStep, overlapMs } from './renewal.ts';

const hosts = ['serval-webhook.serval-system.svc'];
const dayMs = 86_400_000;
const start = Date.parse('2026-03-01T00:00:00Z');
const nothing: CertificateState = { authorities: [], steppedAt: 0 };
const step = (state: CertificateState, nowMs: number, announced = true) => nextStep(state, hosts, nowMs, announced);

async function issued(atMs: number, before: CertificateState = nothing) {
  return afterStep('issue', before, await issueCertificate(hosts, atMs), atMs);
}

test('without a certificate, or with one of no use, another is issued', async () => {
  assert.deepEqual(step(nothing, start), { step: 'issue', reason: 'there is none' });
  const state = await issued(start);
  const other = await issued(start);
  const reasons: [CertificateState, number, RegExp][] = [
    [state, start + certificateLifeMs, /ended at 2026-05-30/],
    [{ ...state, current: { ...state.current, key: other.current.key } }, start, /key is that of another/],
    [{ ...state, current: { ...state.current, key: 'none' } }, start, /key cannot be read/],
    [{ ...state, current: { ...state.current, cert: 'none' } }, start, /no PEM/],
    [{ ...state, authorities: other.authorities }, start, /no authority/],
    [{ ...state, authorities: [] }, start, /no authority/],
  ];
  for (const [broken, nowMs, reason] of reasons) {
    const decided = step(broken, nowMs);
    assert.equal(decided.step, 'issue');
    assert.match(decided.step === 'issue' ? decided.reason : '', reason);
  }
  const elsewhere = nextStep(state, ['serval-webhook.other.svc'], start, true);
  assert.deepEqual(elsewhere, { step: 'issue', reason: 'it is not for serval-webhook.other.svc' });
});

test('a renewal begins when a third of the life is left, and every step waits for the one before', async () => {
  const state = await issued(start);
  const waiting = step(state, start);
  assert.ok(waiting.step === 'wait' && Math.abs(waiting.untilMs - (start + 60 * dayMs)) < dayMs / 24);
  const due = start + 61 * dayMs;
  assert.equal(step(state, due).step, 'prepare');

  const prepared = afterStep('prepare', state, await issueCertificate(hosts, due), due);
  assert.equal(prepared.current, state.current);
  assert.equal(prepared.authorities.length, 2);
  assert.deepEqual(step(prepared, due + 1), { step: 'wait', untilMs: due + overlapMs });
  assert.equal(step(prepared, due + overlapMs, false).step, 'wait', 'not before everybody was told');
  assert.equal(step(prepared, due + overlapMs).step, 'switch');
  // Telling somebody fails for weeks: better one that refuses us than none that can accept us.
  assert.equal(step(prepared, start + certificateLifeMs - dayMs / 2, false).step, 'switch');

  const switched = afterStep('switch', prepared, undefined, due + overlapMs);
  assert.equal(switched.current, prepared.next);
  assert.equal(switched.next, undefined);
  assert.equal(switched.authorities.length, 2);
  assert.equal(step(switched, due + overlapMs + 1).step, 'wait');
  assert.equal(step(switched, due + 2 * overlapMs).step, 'forget');

  const settled = afterStep('forget', switched, undefined, due + 2 * overlapMs);
  assert.equal(settled.authorities.length, 1);
  assert.equal(step(settled, due + 3 * overlapMs).step, 'wait');
});

test('what was prepared and is of no use is prepared anew, and what is good takes the place of what is not', async () => {
  const due = start + 61 * dayMs;
  const prepared = afterStep('prepare', await issued(start), await issueCertificate(hosts, due), due);
  const broken = { ...prepared, next: { ...prepared.current, key: 'none' } };
  assert.equal(step(broken, due).step, 'prepare');
  const again = afterStep('prepare', broken, await issueCertificate(hosts, due), due);
  assert.equal(again.authorities.length, 2, 'nobody trusts what was thrown away');
  assert.equal(step({ ...prepared, current: { cert: '', key: '' } }, due).step, 'switch');
});

test('a Secret keeps the state, and what is not ours in it', async () => {
  const due = start + 61 * dayMs;
  const state = afterStep('prepare', await issued(start), await issueCertificate(hosts, due), due);
  const target = { namespace: 'serval-system', name: 'certificate', labels: { part: 'serval' } };
  const old = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { resourceVersion: '7' },
    type: 'Opaque',
    data: { note: 'eA==' },
  };
  const secret = writeCertificateSecret(target, state, old);
  assert.equal(secret.type, 'Opaque');
  assert.equal(secret.metadata.resourceVersion, '7');
  assert.equal(secret.data?.['note'], 'eA==');
  const read = readCertificateSecret(secret);
  assert.deepEqual(
    { ...read, authorities: bundleOf(read.authorities) },
    { ...state, authorities: bundleOf(state.authorities) },
  );
  assert.equal(writeCertificateSecret(target, { ...state, authorities: [] }).type, 'kubernetes.io/tls');
  assert.deepEqual(Object.keys(writeCertificateSecret(target, await issued(start), secret).data ?? {}).sort(), [
    'ca.crt',
    'note',
    'tls.crt',
    'tls.key',
  ]);
});

test('a Secret of any shape is read', () => {
  const secret = (data: unknown) => ({ apiVersion: 'v1', kind: 'Secret', metadata: {}, data }) as never;
  for (const data of [undefined, null, {}, { 'tls.crt': 4 }, { 'tls.crt': '', 'ca.crt': '%%%' }]) {
    assert.deepEqual(readCertificateSecret(secret(data)), { authorities: [], steppedAt: 0 });
  }
});
