import { X509Certificate } from 'node:crypto';
import type { CertificateInfo, Problem, ProblemCode } from './model.ts';
import { looksLikeEncodedPem, MAX_PEM_LENGTH, type PemBlock, pemBlocks } from './pem.ts';

/** How long before its end a certificate is warned of. */
const EXPIRES_SOON_MS = 30 * 24 * 3600 * 1000;

/** More of one text would only be more of the same. */
const MAX_PROBLEMS = 20;

/** Labels of what is no certificate and may be named, as they are not the user's own words. */
const OTHER_LABELS =
  /^(PKCS7|CMS|CERTIFICATE REQUEST|NEW CERTIFICATE REQUEST|PUBLIC KEY|RSA PUBLIC KEY|X509 CRL|DH PARAMETERS|EC PARAMETERS)$/;

interface Read {
  certificate: X509Certificate;
  info: CertificateInfo;
  notBeforeMs: number;
  notAfterMs: number;
}

/** Certificates of a PEM text, and what is wrong with it. Never throws; a private key in it is an error and goes nowhere. */
export interface ReadCertificates {
  /** Those that could be read, each once, as normal PEM; empty where there are none. */
  pem: string;
  chain: CertificateInfo[];
  problems: Problem[];
}

/**
 * Reads the certificates that somebody wants to trust.
 * @param where  begins every message, such as `field "certificate" of key "models"`; shows no secret
 */
export function readCertificates(pem: string, where: string, now: Date): ReadCertificates {
  const problems: Problem[] = [];
  const report = (code: ProblemCode, message: string, severity: Problem['severity'] = 'error') => {
    if (problems.length < MAX_PROBLEMS) problems.push({ code, severity, message: `${where} ${message}` });
  };
  if (pem.length > MAX_PEM_LENGTH) {
    report('PemMalformed', `has ${pem.length} characters; at most ${MAX_PEM_LENGTH} are read`);
    return { pem: '', chain: [], problems };
  }
  const blocks = pemBlocks(pem);
  if (blocks.length === 0) report(...nothingIn(pem));
  const read: Read[] = [];
  for (const [index, block] of blocks.entries()) {
    const problem = problemOfBlock(block, blocks.length === 1 ? '' : ` ${index + 1} of ${blocks.length}`);
    if (problem) {
      report(...problem);
      continue;
    }
    const certificate = parse(block.body!);
    if (!certificate) {
      report(
        'PemMalformed',
        `has a certificate${blocks.length === 1 ? '' : ` ${index + 1} of ${blocks.length}`} that is damaged: it is not a whole X.509 certificate in base64`,
      );
    } else if (!read.some(({ info }) => info.fingerprint === certificate.info.fingerprint)) {
      read.push(certificate);
    }
  }
  checkAuthorities(read, report);
  checkOrder(read, report);
  checkTimes(read, now.getTime(), report);
  return {
    pem: read.map(({ certificate }) => certificate.toString()).join(''),
    chain: read.map(({ info }) => info),
    problems,
  };
}

type Report = (code: ProblemCode, message: string, severity?: Problem['severity']) => void;

function nothingIn(text: string): [ProblemCode, string] {
  if (text.trim() === '') return ['PemExpected', 'is empty; expected PEM certificates'];
  // Before base64, whose other alphabet has the dashes and letters of such a line.
  if (/-----\s*(BEGIN|END)/.test(text)) {
    return ['PemMalformed', 'has no whole line -----BEGIN CERTIFICATE-----; its beginning is missing or changed'];
  }
  if (looksLikeEncodedPem(text)) {
    return [
      'PemExpected',
      'is a certificate in base64 once more; expected the PEM text itself, with its line -----BEGIN CERTIFICATE-----',
    ];
  }
  return ['PemExpected', 'holds no certificate; expected PEM text, which begins with -----BEGIN CERTIFICATE-----'];
}

function problemOfBlock({ label, body }: PemBlock, position: string): [ProblemCode, string] | undefined {
  if (label.endsWith('PRIVATE KEY')) {
    return [
      'PrivateKey',
      'has a private key where only certificates are expected; take it out, and replace the key if others could read it',
    ];
  }
  if (!/^(X509 |TRUSTED )?CERTIFICATE$/.test(label)) {
    const what = OTHER_LABELS.test(label) ? `a block "${label}"` : 'a block of another kind';
    return ['PemExpected', `has ${what}; expected certificates only`];
  }
  return body === undefined
    ? ['PemMalformed', `has a certificate${position} that is cut off: its END line is missing`]
    : undefined;
}

function parse(body: string): Read | undefined {
  const base64 = body.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    const notBeforeMs = Date.parse(certificate.validFrom);
    const notAfterMs = Date.parse(certificate.validTo);
    const info = {
      subject: oneLine(certificate.subject),
      notBefore: rfc3339(notBeforeMs),
      notAfter: rfc3339(notAfterMs),
      fingerprint: certificate.fingerprint256,
      authority: certificate.ca,
    };
    return { certificate, info, notBeforeMs, notAfterMs };
  } catch {
    return undefined; // what the library says about it may quote it
  }
}

/**
 * OpenSSL ends a chain at a certificate that signed itself, authority or not; any other needs its authority beside it. Certificates of
 * version 1 have no basic constraints, and some private roots still are.
 */
function checkAuthorities(read: readonly Read[], report: Report): void {
  const trusted = read.some(({ certificate, info }) => info.authority || isSelfIssued(certificate));
  for (const { certificate, info } of read) {
    if (info.authority) continue;
    const self = isSelfIssued(certificate);
    report(
      'NotAnAuthority',
      self
        ? `has ${info.subject}, which is no authority: it is trusted for its own server only`
        : `has ${info.subject}, the certificate of a server and not of an authority; expected the certificate of who signed it`,
      trusted ? 'warning' : 'error',
    );
  }
}

function isSelfIssued(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer;
}

/** As TLS sends them (RFC 8446, section 4.4.2): each is followed by who signed it. Nothing depends on it here; other readers do. */
function checkOrder(read: readonly Read[], report: Report): void {
  for (const [index, { certificate, info }] of read.entries()) {
    if (isSelfIssued(certificate)) continue;
    const signer = read.findIndex(
      (other) => other.certificate.subject === certificate.issuer && certificate.checkIssued(other.certificate),
    );
    if (signer >= 0 && signer < index) {
      report(
        'ChainOrder',
        `has ${info.subject} after ${read[signer]!.info.subject}, which signed it; expected it before`,
        'warning',
      );
    }
  }
}

/** One that ended beside another that is good is what a rotation leaves behind, and no error. */
function checkTimes(read: readonly Read[], nowMs: number, report: Report): void {
  const severity = read.some(({ notBeforeMs, notAfterMs }) => notBeforeMs <= nowMs && nowMs <= notAfterMs)
    ? 'warning'
    : 'error';
  for (const { info, notBeforeMs, notAfterMs } of read) {
    if (nowMs > notAfterMs) report('Expired', `has ${info.subject}, which expired at ${info.notAfter}`, severity);
    else if (nowMs < notBeforeMs)
      report('NotYetValid', `has ${info.subject}, which is valid from ${info.notBefore} on`, severity);
    else if (notAfterMs - nowMs < EXPIRES_SOON_MS)
      report('ExpiresSoon', `has ${info.subject}, which expires at ${info.notAfter}`, 'warning');
  }
}

function oneLine(subject: string | undefined): string {
  const text = (subject ?? '').replace(/\p{Cc}+/gu, ', ').slice(0, 256);
  return text === '' ? 'a certificate without a subject' : text;
}

function rfc3339(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
