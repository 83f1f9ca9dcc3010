import { X509Certificate } from 'node:crypto';
import type { CertificateInfo, Problem, ProblemCode } from './model.ts';

/** More than this is no bundle of authorities: the public roots together take a quarter of it. */
export const MAX_PEM_BYTES = 1024 * 1024;

/** Who has to renew a certificate is told this long before it ends. */
const SOON_MS = 30 * 24 * 60 * 60 * 1000;

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

export interface ReadCertificates {
  /** The certificates alone, as they were written, a line break between them. */
  pem: string;
  chain: CertificateInfo[];
  problems: Problem[];
}

/** Whether a text is meant as PEM, whole or damaged. */
export function looksLikePem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

/**
 * The certificates of a PEM text (RFC 7468), text between them allowed.
 * @param where  what messages call the text, such as `certificate of default_s3`; nothing of the text is ever quoted
 */
export function readCertificates(pem: string, where: string, now: Date): ReadCertificates {
  const problems: Problem[] = [];
  const add = (code: ProblemCode, message: string, severity: Problem['severity'] = 'error') =>
    problems.push({ code, severity, message: `${where} ${message}` });
  if (pem.length > MAX_PEM_BYTES) {
    add('PemMalformed', `has over ${MAX_PEM_BYTES} characters; a bundle of authorities has fewer`);
    return { pem: '', chain: [], problems };
  }
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem)) {
    add('PrivateKey', 'holds a private key where certificates are expected; remove it, and replace that key');
  }
  const chain: CertificateInfo[] = [];
  const texts: string[] = [];
  const parsed: X509Certificate[] = [];
  let rest = pem;
  for (const [text, label] of pem.matchAll(BLOCK)) {
    rest = rest.replace(text, () => '');
    if (/PRIVATE KEY$/.test(label!)) continue;
    if (label !== 'CERTIFICATE' && label !== 'TRUSTED CERTIFICATE' && label !== 'X509 CERTIFICATE') {
      add('PemExpected', `holds a PEM block of another kind than CERTIFICATE`);
      continue;
    }
    const certificate = parse(text);
    const position = `certificate ${texts.length + 1}`;
    texts.push(text);
    if (!certificate) {
      add('PemMalformed', `holds ${position}, which cannot be decoded; it is cut or was changed`);
      continue;
    }
    parsed.push(certificate);
    const info = infoOf(certificate);
    chain.push(info);
    for (const [code, severity, message] of judge(info, now)) add(code, `holds ${position}, ${message}`, severity);
  }
  if (/-----(BEGIN|END) [A-Z0-9 ]*CERTIFICATE-----/.test(rest)) {
    add('PemMalformed', 'holds a certificate without its BEGIN or END line; it was cut');
  } else if (texts.length === 0 && problems.length === 0) {
    add('PemExpected', 'holds no certificate; PEM text (-----BEGIN CERTIFICATE-----) is expected');
  }
  if (isMisordered(parsed)) {
    add('ChainOrder', 'holds an issuer before the certificate that it signed; put the issuer behind it', 'warning');
  }
  return { pem: texts.join('\n'), chain, problems };
}

function judge(info: CertificateInfo, now: Date): [ProblemCode, Problem['severity'], string][] {
  const { subject, notBefore, notAfter, authority } = info;
  const found: [ProblemCode, Problem['severity'], string][] = [];
  if (Date.parse(notAfter) <= now.getTime()) found.push(['Expired', 'error', `${subject}, which ended on ${notAfter}`]);
  else if (Date.parse(notAfter) <= now.getTime() + SOON_MS)
    found.push(['ExpiresSoon', 'warning', `${subject}, which ends on ${notAfter}`]);
  if (Date.parse(notBefore) > now.getTime())
    found.push(['NotYetValid', 'error', `${subject}, which begins on ${notBefore}`]);
  if (!authority)
    found.push([
      'NotAnAuthority',
      'warning',
      `${subject}, which is no authority: it is trusted as that one server alone`,
    ]);
  return found;
}

function parse(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined; // no cause: it may quote the text
  }
}

function infoOf(certificate: X509Certificate): CertificateInfo {
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    notBefore: certificate.validFromDate.toISOString(),
    notAfter: certificate.validToDate.toISOString(),
    fingerprint: certificate.fingerprint256,
    authority: certificate.ca,
  };
}

/** Whether one certificate stands behind its own issuer; roots, which sign themselves, may stand anywhere. */
function isMisordered(chain: readonly X509Certificate[]): boolean {
  return chain.some((certificate, index) =>
    chain
      .slice(0, index)
      .some((before) => before !== certificate && !selfSigned(certificate) && certificate.checkIssued(before)),
  );
}

function selfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer;
}
