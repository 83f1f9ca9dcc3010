import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Authority, startAuthority } from '../test-support/authority.ts';
import { readCertificates } from './certificate.ts';
import { MAX_PEM_LENGTH } from './pem.ts';

const DAY_MS = 24 * 3600 * 1000;
const now = new Date();
const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);
const past = { notBefore: new Date(0), notAfter: inDays(-1) };

let root: Authority;
let inner: Authority;
let old: Authority;
let server: { cert: string; key: string };
before(async () => {
  root = await startAuthority('root');
  inner = await root.issueAuthority('inner');
  old = await startAuthority('old', past);
  server = await inner.issueServer();
});

function read(pem: string) {
  const { problems, ...rest } = readCertificates(pem, 'it', now);
  return { ...rest, problems, codes: problems.map(({ code, severity }) => `${severity} ${code}`) };
}

test('line ends, text between blocks, repetition and order do not matter for what is read', () => {
  for (const text of [
    inner.pem + root.pem,
    (inner.pem + root.pem).replaceAll('\n', '\r\n'),
    `Subject: inner\n ${inner.pem}\n# and its root\n${root.pem}${root.pem}trailing`,
    inner.pem
      .replace('BEGIN CERTIFICATE', 'BEGIN X509 CERTIFICATE')
      .replace('END CERTIFICATE', 'END X509 CERTIFICATE') + root.pem,
  ]) {
    const { chain, codes, pem } = read(text);
    assert.deepEqual(codes, []);
    assert.deepEqual(
      chain.map(({ subject, authority }) => [subject, authority]),
      [
        ['CN=inner', true],
        ['CN=root', true],
      ],
    );
    assert.match(chain[0]!.notAfter, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(chain[0]!.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.deepEqual(read(pem).chain, chain);
  }
});

test('times, authorities and order', async () => {
  const soon = await startAuthority('soon', { notAfter: inDays(29) });
  const later = await startAuthority('later', { notAfter: inDays(31) });
  const future = await startAuthority('future', { notBefore: inDays(1), notAfter: inDays(99) });
  for (const [pem, codes, message] of [
    [old.pem, ['error Expired'], /CN=old, which expired at \d{4}-/],
    [old.pem + root.pem, ['warning Expired'], /CN=old/],
    [soon.pem, ['warning ExpiresSoon'], /CN=soon, which expires at/],
    [later.pem, [], /^/],
    [future.pem, ['error NotYetValid'], /CN=future, which is valid from/],
    [server.cert, ['error NotAnAuthority'], /CN=server, the certificate of a server and not of an authority/],
    [server.cert + inner.pem, ['warning NotAnAuthority'], /CN=server/],
    [root.pem + inner.pem, ['warning ChainOrder'], /CN=inner after CN=root, which signed it/],
  ] as const) {
    const { codes: found, problems } = read(pem);
    assert.deepEqual(found, codes);
    assert.match(problems[0]?.message ?? '', message);
  }
});

test('what is no certificate, or no whole one', () => {
  const lines = root.pem.split('\n');
  for (const [text, codes, message] of [
    ['', ['error PemExpected'], /is empty/],
    ['just text', ['error PemExpected'], /holds no certificate; expected PEM text/],
    [Buffer.from(root.pem).toString('base64'), ['error PemExpected'], /in base64 once more/],
    [lines.slice(1, -2).join(''), ['error PemExpected'], /in base64 once more/],
    [lines.slice(0, -3).join('\n'), ['error PemMalformed'], /is cut off: its END line is missing/],
    [root.pem + lines.slice(0, 3).join('\n'), ['error PemMalformed'], /2 of 2 that is cut off/],
    [lines.slice(1).join('\n'), ['error PemMalformed'], /its beginning is missing/],
    [lines.toSpliced(2, 1).join('\n'), ['error PemMalformed'], /damaged/],
    [root.pem.replace(/\n(.)/, '\n!'), ['error PemMalformed'], /damaged/],
    [root.key, ['error PrivateKey'], /has a private key/],
    [root.key.slice(0, 60), ['error PrivateKey'], /has a private key/],
    [root.pem + root.key, ['error PrivateKey'], /has a private key/],
    [
      root.pem.replaceAll('CERTIFICATE', 'X509 CRL'),
      ['error PemExpected'],
      /a block "X509 CRL"; expected certificates/,
    ],
    [root.pem.replaceAll('CERTIFICATE', 'SENTINEL'), ['error PemExpected'], /a block of another kind/],
    [root.pem.padEnd(MAX_PEM_LENGTH + 1), ['error PemMalformed'], /has 1048577 characters; at most 1048576 are read/],
  ] as const) {
    const { codes: found, problems } = read(text);
    assert.deepEqual(found, codes, text.slice(0, 60));
    assert.match(problems[0]!.message, message);
  }
});

test('a bundle may be large, and no number of faults makes more than twenty problems', async () => {
  const many: string[] = [];
  for (let index = 0; index < 100; index++) many.push((await startAuthority(`a${index}`)).pem);
  assert.equal(read(many.join('')).chain.length, 100);
  assert.equal(read('-----BEGIN SENTINEL-----\n'.repeat(5000)).problems.length, 20);
});
