import { discardBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { requestFollowing } from '../http/follow.ts';
import type { ProviderOptions } from '../provider.ts';
import { parseChallenges } from './challenge.ts';
import { type RegistryCredentials, readRegistryCredentials } from './credentials.ts';
import { createSession } from './session.ts';
import { isPlainHttp, type OciSettings, ociSettingsFrom } from './settings.ts';
import type { TokenContext } from './token.ts';

/** One repository of a registry, over the OCI distribution specification. */
export interface Repository {
  /** `REGISTRY/REPOSITORY`, as messages call it. */
  name: string;
  settings: OciSettings;
  /** GET of `/v2/REPOSITORY/PATH`, authenticated as the registry asks; answers with any status. */
  get(path: string, headers: Record<string, string>, source: string, signal: AbortSignal): Promise<HttpResponse>;
  /** For the message of a refusal. */
  deniedHint(): string;
}

/** Docker Hub's registry is at another address than its name. */
const DOCKER_HUB = 'registry-1.docker.io';

/** Requests for one answer: more credentials than this for one image are a mistake, and a server may refuse each renewed token. */
const MAX_ATTEMPTS = 32;

/** The repository, one for the length of a download: credentials and certificates are read once. @throws StorageError InvalidConfiguration */
export function openRepository(registry: string, repository: string, options: ProviderOptions): Promise<Repository> {
  const key = `oci ${registry}/${repository}`;
  let opened = options.memo.get(key) as Promise<Repository> | undefined;
  if (!opened) {
    opened = readRegistryCredentials(options.environment, registry, repository).then((credentials) =>
      createRepository(registry, repository, options, credentials),
    );
    options.memo.set(key, opened);
  }
  return opened;
}

/** The same with credentials that are there already. @throws StorageError InvalidConfiguration */
export function createRepository(
  registry: string,
  repository: string,
  options: Pick<ProviderOptions, 'environment' | 'connections'>,
  credentials: RegistryCredentials,
): Repository {
  const name = `${registry}/${repository}`;
  const settings = ociSettingsFrom(options.environment);
  const host = registry === 'docker.io' ? DOCKER_HUB : registry;
  const origin = new URL(`${isPlainHttp(host, settings) ? 'http' : 'https'}://${host}`);
  const session = createSession(credentials);
  const { connections } = options;
  return {
    name,
    settings,
    deniedHint: () => session.hint(),
    async get(path, headers, source, signal) {
      const context: TokenContext = { registry: origin, repository, settings, connections, source, signal };
      for (let attempt = 1; ; attempt++) {
        const authorization = session.authorization();
        const response = await requestFollowing(connections, {
          method: 'GET',
          url: new URL(`/v2/${repository}/${path}`, origin),
          // Blobs are often kept elsewhere: what another host is asked for, it is asked for without credentials.
          headersFor: (url) =>
            url.origin === origin.origin && authorization ? { ...headers, authorization } : headers,
          source,
          signal,
        });
        const { status } = response;
        if (response.url.origin !== origin.origin) return response; // what others ask for is not answered
        if (![401, 403, 404].includes(status)) {
          if (status < 400) session.accepted(authorization);
          return response;
        }
        const challenges = status === 401 ? parseChallenges(response.headers['www-authenticate']) : undefined;
        if (attempt === MAX_ATTEMPTS || !(await session.refused(authorization, challenges, context))) return response;
        discardBody(response);
      }
    },
  };
}
