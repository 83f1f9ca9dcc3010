import { StorageError } from '../errors.ts';

/** A text and what messages call it. */
export interface NamedText {
  name: string;
  /** Where it was found, if `name` does not say it. */
  where?: string;
  text: string;
}

export interface ClientIdentity {
  cert: string;
  key: string;
}

/**
 * A certificate and its key, which the client shows to servers that ask.
 * @throws StorageError InvalidConfiguration, without a byte of either
 */
export async function checkedIdentity(cert: NamedText, key: NamedText): Promise<ClientIdentity> {
  await checkCertificates(cert);
  const { createPrivateKey, X509Certificate } = await import('node:crypto');
  let matches: boolean;
  try {
    matches = new X509Certificate(cert.text).checkPrivateKey(createPrivateKey(key.text));
  } catch {
    // No cause: whatever it says, it says about a secret.
    throw new StorageError('InvalidConfiguration', `${shown(key)} is not a PEM private key`, {
      hint: 'it must have no passphrase',
    });
  }
  if (!matches) throw new StorageError('InvalidConfiguration', `${key.name} is not the key of ${cert.name}`);
  return { cert: cert.text, key: key.text };
}

/** @throws StorageError InvalidConfiguration unless there is at least one certificate, and each is whole */
export async function checkCertificates(named: NamedText): Promise<void> {
  const { X509Certificate } = await import('node:crypto');
  try {
    const found = named.text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [''];
    for (const each of found) new X509Certificate(each);
  } catch {
    throw new StorageError('InvalidConfiguration', `${shown(named)} is not a PEM certificate`);
  }
}

function shown({ name, where }: NamedText): string {
  return where === undefined ? name : `${name} (${where})`;
}
