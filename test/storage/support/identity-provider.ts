import { createSign, generateKeyPairSync } from 'node:crypto';
import { startHttp } from '../../../packages/storage/src/test-support/http-server.ts';
import type { Scope } from '../../../packages/storage/src/test-support/temporary-directory.ts';

export interface IdentityProvider {
  url: string;
  token(claims: { sub: string; aud: string; expiresInSeconds: number }): string;
}

/** An OpenID Connect issuer as a cluster's API server is one: discovery, keys, and signed tokens. */
export async function startIdentityProvider(scope: Scope): Promise<IdentityProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
  const url: string = await startHttp(scope, (request, response) => {
    const discovery = {
      issuer: url,
      jwks_uri: `${url}/keys`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [key] } : discovery));
  });
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url,
    token({ expiresInSeconds, ...claims }) {
      const now = Math.floor(Date.now() / 1000);
      const head = encoded({ alg: 'RS256', typ: 'JWT', kid: 'one' });
      const signed = `${head}.${encoded({ iss: url, iat: now - 7200, exp: now + expiresInSeconds, ...claims })}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}
