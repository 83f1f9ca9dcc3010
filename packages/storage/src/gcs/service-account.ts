import { createPrivateKey, createSign, type KeyObject } from 'node:crypto';
import { formBody, requestToken } from '../http/access-token.ts';
import { type CredentialFile, invalidCredential, requiredText, requiredUrl } from './credential-file.ts';
import type { TokenSource } from './credentials.ts';
import { GOOGLE_TOKEN_URL } from './credentials.ts';

/** Longest life of an assertion that Google takes. */
const ASSERTION_SECONDS = 3600;

/** A service account's key: a signed assertion is exchanged for a token (RFC 7523, section 2.1). */
export function serviceAccountSource(file: CredentialFile): TokenSource {
  const email = requiredText(file, 'client_email');
  const url = requiredUrl(file, 'token_uri', GOOGLE_TOKEN_URL);
  const keyId = file.fields['private_key_id'];
  const key = privateKeyFrom(file);
  return {
    name: `the key of ${email}`,
    async fetchToken(scope, options, signal) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const assertion = signedJwt(
        { alg: 'RS256', typ: 'JWT', ...(typeof keyId === 'string' ? { kid: keyId } : {}) },
        { iss: email, scope, aud: url.href, iat: nowSeconds, exp: nowSeconds + ASSERTION_SECONDS },
        key,
      );
      return requestToken(
        {
          url,
          ...formBody({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
          denied: `check that the key of ${email} in ${file.name} still exists, and the clock here`,
        },
        options,
        signal,
      );
    },
  };
}

function privateKeyFrom(file: CredentialFile): KeyObject {
  const pem = requiredText(file, 'private_key');
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // No cause: whatever it says, it says about a secret.
  }
  throw invalidCredential(file.name, 'have no RSA key in PEM form in "private_key"');
}

/** RFC 7515, compact serialization, RS256. */
function signedJwt(header: Record<string, string>, claims: Record<string, unknown>, key: KeyObject): string {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${createSign('RSA-SHA256').update(input).sign(key, 'base64url')}`;
}
