import { StorageError } from '../errors.ts';
import { formBody, requestToken } from '../http/access-token.ts';
import { readBody } from '../http/body.ts';
import { statusErrorFrom } from '../http/errors.ts';
import type { ProviderOptions } from '../provider.ts';
import {
  type CredentialFile,
  invalidCredential,
  readCredentialText,
  requiredText,
  requiredUrl,
} from './credential-file.ts';
import type { TokenSource } from './credentials.ts';
import { impersonating } from './impersonation.ts';

const CLOUD_PLATFORM_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

const MAX_TOKEN_BYTES = 64 * 1024;

/**
 * Workload identity federation: a token of another issuer, from a file or an address, is exchanged for Google's (RFC 8693), which
 * may then stand in for a service account (AIP-4117). Programs that print tokens are not run, and AWS signatures are not made.
 */
export function externalAccountSource(file: CredentialFile): TokenSource {
  const url = requiredUrl(file, 'token_url');
  const audience = requiredText(file, 'audience');
  const subjectTokenType = requiredText(file, 'subject_token_type');
  const subjectToken = subjectTokenReader(file);
  const { client_id: id, client_secret: secret, workforce_pool_user_project: project } = file.fields;
  const basic: Record<string, string> =
    typeof id === 'string' && typeof secret === 'string'
      ? { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
      : {};
  const exchange: TokenSource = {
    name: `the workload identity in ${file.name}`,
    async fetchToken(scope, options, signal) {
      const { headers, ...form } = formBody({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience,
        scope,
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token: await subjectToken(options, signal),
        subject_token_type: subjectTokenType,
        options: typeof project === 'string' && !id ? JSON.stringify({ userProject: project }) : undefined,
      });
      return requestToken(
        {
          url,
          ...form,
          headers: { ...headers, ...basic },
          denied: `check that the pool and provider of "audience" in ${file.name} exist and take this token's issuer`,
        },
        options,
        signal,
      );
    },
  };
  if (file.fields['service_account_impersonation_url'] === undefined) return exchange;
  const lifetime = (file.fields['service_account_impersonation'] as { token_lifetime_seconds?: unknown } | undefined)
    ?.token_lifetime_seconds;
  return impersonating(
    { ...exchange, fetchToken: (_scope, ...rest) => exchange.fetchToken(CLOUD_PLATFORM_SCOPE, ...rest) },
    requiredUrl(file, 'service_account_impersonation_url'),
    typeof lifetime === 'number' ? { lifetimeSeconds: lifetime } : {},
  );
}

type ReadSubjectToken = (options: ProviderOptions, signal: AbortSignal) => Promise<string>;

/** Read anew for each exchange: such tokens live for minutes. */
function subjectTokenReader(file: CredentialFile): ReadSubjectToken {
  const source = (file.fields['credential_source'] ?? {}) as Record<string, unknown>;
  const inFile: CredentialFile = { name: `credential_source of ${file.name}`, fields: source };
  const tokenOf = tokenParser(inFile, source['format'] as Record<string, unknown> | undefined);
  if (typeof source['file'] === 'string') {
    const path = source['file'];
    return async () => {
      const text = await readCredentialText(path).catch((cause: Error) => {
        throw new StorageError('InvalidConfiguration', `${inFile.name} names ${path}, which cannot be read`, { cause });
      });
      return tokenOf(text, path);
    };
  }
  if (typeof source['url'] === 'string' && source['environment_id'] === undefined) {
    const url = requiredUrl(inFile, 'url');
    const headers = textsOf(source['headers']);
    return async ({ connections }, signal) => {
      const name = `the identity token at ${url.host}`;
      const response = await connections.request({ method: 'GET', url, headers, source: name, signal });
      if (response.status !== 200) throw await statusErrorFrom(response, name);
      return tokenOf((await readBody(response, name, MAX_TOKEN_BYTES)).toString('utf8'), url.host);
    };
  }
  throw invalidCredential(inFile.name, 'are of a kind that is not supported', 'supported are "file" and "url"');
}

function tokenParser(file: CredentialFile, format: Record<string, unknown> | undefined) {
  const json = format?.['type'] === 'json';
  const field = json ? requiredText({ name: file.name, fields: format }, 'subject_token_field_name') : '';
  return (text: string, where: string): string => {
    let token: unknown = text.trim();
    if (json) {
      try {
        token = (JSON.parse(text) as Record<string, unknown> | null)?.[field];
      } catch {
        token = undefined; // no cause: the parser's message quotes the text
      }
    }
    if (typeof token === 'string' && token !== '') return token;
    throw new StorageError('InvalidConfiguration', `there is no identity token in ${where}`, {
      hint: json ? `expected a JSON object with "${field}"` : 'expected nothing but the token',
    });
  };
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}
