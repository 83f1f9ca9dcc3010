import type { Secret } from '@serval/kube/objects';
import { readPullSecret } from '@serval/operator/credentials';

/** On a Secret whose content does not tell when it ends: a time as RFC 3339 writes it. */
export const expiresAtAnnotation = 'platform.serval.dev/expires-at';

/** Longer texts are no tokens of registries. */
const maxTokenLength = 64 * 1024;

/**
 * When the first credential of a Secret ends, in milliseconds since 1970; nothing where none tells. Read from the annotation, from `exp` of
 * JSON Web Tokens (RFC 7519, 4.1.4), and from `expiration` of passwords that are JSON in base64, as ECR's tokens are, though AWS does not
 * document it. Nothing is verified: this is a look at the calendar, not a proof.
 */
export function expiryOf(secret: Secret): number | undefined {
  const written = secret.metadata.annotations?.[expiresAtAnnotation];
  const stated = written === undefined ? undefined : Date.parse(written);
  if (stated !== undefined && !Number.isNaN(stated)) return stated;
  const source = readPullSecret(secret);
  const texts =
    source.state === 'ready'
      ? source.auths.flatMap(({ credential: { password, identityToken, registryToken } }) => [
          password,
          identityToken ?? '',
          registryToken ?? '',
        ])
      : // Tokens of stores are values of their own.
        Object.values(secret.data ?? {}).map((value) => Buffer.from(value, 'base64').toString('utf8'));
  const ends = texts.flatMap((text) => expiryOfToken(text.trim()) ?? []);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function expiryOfToken(text: string): number | undefined {
  if (text === '' || text.length > maxTokenLength) return undefined;
  const parts = text.split('.');
  if (parts.length === 3) return secondsOf(parts[1] ?? '', 'exp');
  return parts.length === 1 ? secondsOf(text, 'expiration') : undefined;
}

function secondsOf(encoded: string, field: string): number | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return undefined;
  try {
    // `base64` takes the alphabet of URLs as well.
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
    const seconds = (value as Record<string, unknown> | null)?.[field];
    return typeof seconds === 'number' && seconds > 0 && seconds < 1e11 ? seconds * 1000 : undefined;
  } catch {
    return undefined;
  }
}
