import { StorageError } from '../errors.ts';
import { discardBody, readJsonBody } from '../http/body.ts';
import type { Connections } from '../http/connections.ts';
import { statusErrorFrom } from '../http/errors.ts';
import type { RegistryCredential } from '../registry-credentials/index.ts';
import type { Challenge } from './challenge.ts';
import { isPlainHttp, type OciSettings } from './settings.ts';

/** Answers are some kilobytes; those of a few registries list many groups. */
const MAX_TOKEN_BYTES = 1024 * 1024;

const CLIENT_ID = 'serval';

export interface TokenContext {
  /** Origin of the registry that sent the challenge. */
  registry: URL;
  repository: string;
  settings: OciSettings;
  connections: Connections;
  source: string;
  signal: AbortSignal;
}

/**
 * A bearer token for pulling (Docker's token authentication): GET with Basic for user and password, POST (OAuth2) for an identity
 * token, GET without anything for `undefined`. `undefined` when the token server refuses the credential.
 * @throws StorageError AccessDenied when credentials may not go to that server
 */
export async function fetchToken(
  challenge: Challenge,
  credential: RegistryCredential | undefined,
  context: TokenContext,
): Promise<string | undefined> {
  const url = realmFrom(challenge, credential !== undefined, context);
  const { connections, signal } = context;
  const source = `a token of ${url.host} for ${context.source}`;
  const parameters = new URLSearchParams();
  const service = challenge.parameters.get('service');
  if (service !== undefined) parameters.set('service', service);
  for (const scope of scopesFrom(challenge, context.repository)) parameters.append('scope', scope);
  const request = { url, source, signal };
  const identityToken = identityTokenOf(credential);
  let response: Awaited<ReturnType<Connections['request']>>;
  if (identityToken !== undefined) {
    parameters.set('grant_type', 'refresh_token');
    parameters.set('client_id', CLIENT_ID);
    parameters.set('refresh_token', identityToken);
    response = await connections.request({
      ...request,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      // OAuth2 wants all scopes in one field (RFC 6749, section 3.3).
      body: `${withOneScope(parameters)}`,
    });
  } else {
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    const headers: Record<string, string> = credential ? { authorization: basicAuthorization(credential) } : {};
    response = await connections.request({ ...request, method: 'GET', headers });
  }
  if (response.status === 401 || response.status === 403 || response.status === 400) {
    discardBody(response);
    return undefined;
  }
  // Redirects are not followed: what is sent is a credential.
  if (response.status !== 200)
    throw await statusErrorFrom(response, source, { rejected: 'a token server answers 200' });
  const answer = (await readJsonBody(response, source, MAX_TOKEN_BYTES)) as Record<string, unknown> | null;
  const token = answer?.['token'] || answer?.['access_token'];
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new StorageError('SourceRejected', `${url.host} answered with no token for ${context.source}`, {
    hint: 'check that it is the token server of the registry',
  });
}

export function basicAuthorization({ username, password }: RegistryCredential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Clients write `<token>` for the user where the password is an identity token. */
export function identityTokenOf(credential: RegistryCredential | undefined): string | undefined {
  return credential?.identityToken ?? (credential?.username === '<token>' ? credential.password : undefined);
}

/**
 * The token server's address. It is the registry that names it, so it gets a credential only if it is the registry's own host, or one
 * beside, above or below it in the same domain; a proxy that passes on another registry's challenge would else give away passwords.
 */
function realmFrom({ parameters }: Challenge, withCredential: boolean, context: TokenContext): URL {
  const { registry, settings } = context;
  const realm = parameters.get('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const plain = url?.protocol === 'http:';
  if (!url || (url.protocol !== 'https:' && !plain)) {
    throw new StorageError('SourceRejected', `${registry.host} names no token server with http or https`, {
      hint: 'check that it is a registry',
    });
  }
  url.username = '';
  url.password = '';
  if (plain && (registry.protocol === 'https:' || (url.host !== registry.host && !isPlainHttp(url.host, settings)))) {
    throw new StorageError('AccessDenied', `${registry.host} wants a token fetched without TLS from ${url.host}`, {
      hint: 'nothing was sent; mend the realm of the registry, or name that host in SERVAL_OCI_PLAIN_HTTP where the registry is without TLS, too',
      details: { registry: registry.host, realm: url.host },
    });
  }
  if (
    withCredential &&
    !settings.tokenHosts.includes(url.hostname) &&
    !isOfOneDomain(registry.hostname, url.hostname)
  ) {
    throw new StorageError('AccessDenied', `${registry.host} wants its credentials sent to ${url.hostname}`, {
      hint: `nothing was sent; set SERVAL_OCI_TOKEN_HOSTS=${url.hostname} if that is its token server`,
      details: { registry: registry.host, realm: url.host },
    });
  }
  return url;
}

function isOfOneDomain(registry: string, realm: string): boolean {
  if (registry === realm) return true;
  if (/^[\d.]+$|^\[/.test(registry) || /^[\d.]+$|^\[/.test(realm)) return false;
  if (realm.endsWith(`.${registry}`)) return registry.includes('.');
  const labels = registry.split('.').slice(1);
  // Everybody can have a name in `io` or `co.uk`.
  if (labels.length < 2 || (labels.length === 2 && labels[0]!.length <= 3 && labels[1]!.length === 2)) return false;
  const parent = labels.join('.');
  return realm === parent || realm.endsWith(`.${parent}`);
}

/** The registry may know the repository by another name; more than pulling is never asked for. */
function scopesFrom({ parameters }: Challenge, repository: string): string[] {
  const scopes = (parameters.get('scope') ?? '').split(' ').flatMap((scope) => {
    const name = /^repository(?:\([^)]*\))?:(.+):[^:]*$/.exec(scope)?.[1];
    return name === undefined ? [] : [`repository:${name}:pull`];
  });
  return scopes.length > 0 ? scopes : [`repository:${repository}:pull`];
}

function withOneScope(parameters: URLSearchParams): URLSearchParams {
  const scopes = parameters.getAll('scope').join(' ');
  parameters.set('scope', scopes);
  return parameters;
}
