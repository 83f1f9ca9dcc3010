import { formBody, requestToken } from '../http/access-token.ts';
import { type CredentialFile, requiredText, requiredUrl } from './credential-file.ts';
import { GOOGLE_TOKEN_URL, type TokenSource } from './credentials.ts';

/** A person's refresh token, as `gcloud auth application-default login` writes it (RFC 6749, section 6). */
export function authorizedUserSource(file: CredentialFile): TokenSource {
  const url = requiredUrl(file, 'token_uri', GOOGLE_TOKEN_URL);
  const form = {
    grant_type: 'refresh_token',
    refresh_token: requiredText(file, 'refresh_token'),
    client_id: requiredText(file, 'client_id'),
    client_secret: requiredText(file, 'client_secret'),
  };
  return {
    name: `the user's credentials in ${file.name}`,
    // No scope: a refresh token may not have the narrow one, only the wide ones that were consented to.
    fetchToken: (_scope, options, signal) =>
      requestToken(
        { url, ...formBody(form), denied: 'run "gcloud auth application-default login" again' },
        options,
        signal,
      ),
  };
}
