import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAY_MS = 24 * 3600 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface Life {
  notBefore?: Date;
  notAfter?: Date;
}

/** A private authority that lives as long as the test. */
export interface Authority {
  pem: string;
  /** PKCS #8, PEM. */
  key: string;
  /** A certificate for 127.0.0.1 and localhost. */
  issueServer(life?: Life): Promise<{ cert: string; key: string }>;
  issueAuthority(name: string, life?: Life): Promise<Authority>;
}

export async function startAuthority(name: string, life: Life = {}): Promise<Authority> {
  return create(name, life, undefined);
}

interface Issuer {
  certificate: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

async function create(name: string, life: Life, issuer: Issuer | undefined): Promise<Authority> {
  const { certificate, keys } = await issue(name, life, issuer, [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]);
  const own = { certificate, keys };
  return {
    pem: `${certificate.toString('pem')}\n`,
    key: await privateKeyPem(keys),
    async issueServer(serverLife = {}) {
      const server = await issue('server', serverLife, own, [
        new SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
      ]);
      return { cert: `${server.certificate.toString('pem')}\n`, key: await privateKeyPem(server.keys) };
    },
    issueAuthority: (inner, innerLife = {}) => create(inner, innerLife, own),
  };
}

async function issue(name: string, life: Life, issuer: Issuer | undefined, extensions: Extension[]): Promise<Issuer> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const subject = `CN=${name}`;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `01${webcrypto.getRandomValues(Buffer.alloc(8)).toString('hex')}`,
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: life.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: life.notAfter ?? new Date(Date.now() + 365 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create((issuer?.keys ?? keys).publicKey),
    ],
  });
  return { certificate, keys };
}

async function privateKeyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
