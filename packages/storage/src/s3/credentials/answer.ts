import { StorageError } from '../../errors.ts';
import type { AwsCredentials } from './credentials.ts';

/**
 * Credentials as container and instance metadata give them: `AccessKeyId`, `SecretAccessKey`, `Token` and `Expiration`.
 * @throws StorageError SourceRejected for anything else, without its text
 */
export function parseCredentialsAnswer(text: string, source: string): AwsCredentials {
  const fields = parseFields(text);
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = fields;
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || !AccessKeyId || !SecretAccessKey) {
    const code = fields['Code'] ?? fields['code'];
    const shown = typeof code === 'string' && /^\w{1,64}$/.test(code) && code !== 'Success' ? ` (${code})` : '';
    throw new StorageError('SourceRejected', `${source} answered without credentials${shown}`, {
      hint: 'expected a JSON object with AccessKeyId, SecretAccessKey, Token and Expiration',
    });
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: typeof Token === 'string' && Token ? Token : undefined,
    expiresAtMs: expiryFrom(Expiration),
  };
}

/** `2026-01-02T03:04:05Z` in milliseconds since the epoch. Without a usable time they are taken for lasting. */
export function expiryFrom(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function parseFields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // no cause: it would quote the answer
  }
}
