import type { AccessToken } from '../http/access-token.ts';
import type { ProviderOptions } from '../provider.ts';
import {
  type CredentialFile,
  findCredentialFile,
  invalidCredential,
  requiredText,
  requiredUrl,
} from './credential-file.ts';

/** One way to an access token. */
export interface TokenSource {
  /** What hints call it; shows no secret. */
  name: string;
  /** `undefined`: there are no credentials after all, requests are anonymous. */
  fetchToken(scope: string, options: ProviderOptions, signal: AbortSignal): Promise<AccessToken | undefined>;
}

export const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** Impersonated accounts may in turn be impersonated by others; more than this is a loop. */
const MAX_NESTING = 3;

/**
 * Application default credentials: a credential file, else the metadata server.
 * @throws StorageError InvalidConfiguration for a file that is none
 */
export async function findTokenSource(options: ProviderOptions): Promise<TokenSource> {
  const file = await findCredentialFile(options.environment);
  if (file) return sourceFrom(file, MAX_NESTING);
  const { metadataToken } = await import('./metadata-server.ts');
  return {
    name: "the machine's service account",
    fetchToken: (_scope, ...rest) => metadataToken(...rest),
  };
}

async function sourceFrom(file: CredentialFile, nesting: number): Promise<TokenSource> {
  const { type } = file.fields;
  switch (type) {
    case 'service_account':
      return (await import('./service-account.ts')).serviceAccountSource(file);
    case 'authorized_user':
      return (await import('./authorized-user.ts')).authorizedUserSource(file);
    case 'external_account':
      return (await import('./external-account.ts')).externalAccountSource(file);
    case 'impersonated_service_account': {
      const { source_credentials: inner, delegates } = file.fields;
      if (typeof inner !== 'object' || inner === null || nesting === 0) {
        throw invalidCredential(file.name, 'have no usable "source_credentials"');
      }
      const name = `source_credentials of ${file.name}`;
      const source = await sourceFrom({ name, fields: inner as Record<string, unknown> }, nesting - 1);
      const { impersonating } = await import('./impersonation.ts');
      const url = requiredUrl(file, 'service_account_impersonation_url');
      return impersonating(source, url, Array.isArray(delegates) ? { delegates } : {});
    }
    default:
      throw invalidCredential(
        file.name,
        `are of type "${requiredText(file, 'type').slice(0, 64)}"`,
        'supported are service_account, authorized_user, external_account and impersonated_service_account',
      );
  }
}
