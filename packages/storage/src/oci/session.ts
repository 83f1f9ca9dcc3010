import { StorageError } from '../errors.ts';
import type { RegistryEntry } from '../registry-credentials/index.ts';
import type { Challenge } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import { basicAuthorization, fetchToken, identityTokenOf, type TokenContext } from './token.ts';

/**
 * How one repository is authenticated to for the length of a download: nothing until the registry asks, then each matching credential
 * in turn until one is taken, as the kubelet does.
 */
export interface Session {
  /** Header for the next request; `undefined` sends none. */
  authorization(): string | undefined;
  /** An answer with `used` was no refusal. */
  accepted(used: string | undefined): void;
  /**
   * An answer with `used` was a refusal: gets ready for another try, with a renewed token or the next credential.
   * False when there is none left. `challenges` is `undefined` for an answer that may be a refusal and asks for nothing (403, 404).
   */
  refused(
    used: string | undefined,
    challenges: readonly Challenge[] | undefined,
    context: TokenContext,
  ): Promise<boolean>;
  /** What may help a person, for the message of the last refusal. */
  hint(): string;
}

export function createSession({ matching, files, helperFile }: RegistryCredentials): Session {
  /** `undefined` is nobody: what is tried when nothing matches. */
  const candidates: (RegistryEntry | undefined)[] = matching.length > 0 ? [...matching] : [undefined];
  let next = 0;
  let challenge: Challenge | undefined;
  let current: { entry: RegistryEntry | undefined; authorization: string; proved: boolean } | undefined;
  let underWay: Promise<boolean> | undefined;

  async function advance(challenges: readonly Challenge[] | undefined, context: TokenContext): Promise<boolean> {
    if (current?.proved) {
      if (!challenges) return false; // it is let in; this object is not there, or not for it
      current.proved = false; // its token has expired
      next--;
    }
    const offered = chosenChallenge(challenges ?? []);
    if (!offered && challenges && challenges.length > 0) {
      const schemes = challenges.map(({ scheme }) => scheme).join(', ');
      throw new StorageError('AccessDenied', `${context.registry.host} asks for authentication of kind ${schemes}`, {
        hint: 'Bearer and Basic are known',
      });
    }
    challenge = offered ?? challenge;
    if (!challenge) return false;
    while (next < candidates.length) {
      const entry = candidates[next];
      const authorization = await authorizationFor(entry, challenge, context);
      next++; // not before: a token server that is away for a while has refused nothing
      if (authorization === undefined) continue;
      current = { entry, authorization, proved: false };
      return true;
    }
    return false;
  }

  return {
    authorization: () => current?.authorization,
    accepted(used) {
      if (current && used === current.authorization) current.proved = true;
    },
    async refused(used, challenges, context) {
      if (underWay) return underWay; // of another request
      if (used !== current?.authorization) return true; // there is a newer one by now
      underWay = advance(challenges, context).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    hint() {
      if (matching.length > 0) {
        const tried = matching.map(({ origin }) => origin);
        return `credentials from ${[...new Set(tried)].join(', ')} were refused; check them, their expiry, and what they may read`;
      }
      if (helperFile !== undefined) {
        return `${helperFile} leaves this registry to a credential helper, and those are never run; write an "auth" for it into a docker config`;
      }
      if (files.length > 0) return `no entry of ${files.join(', ')} is for this image`;
      return 'give credentials in a docker config: DOCKER_CONFIG, REGISTRY_AUTH_FILE or SERVAL_REGISTRY_CONFIGS';
    },
  };
}

/** Bearer before Basic, as Docker does. */
function chosenChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return (
    challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm')) ??
    challenges.find(({ scheme }) => scheme === 'basic')
  );
}

/** `undefined` where the credential is refused, or cannot answer this challenge. */
async function authorizationFor(
  entry: RegistryEntry | undefined,
  challenge: Challenge,
  context: TokenContext,
): Promise<string | undefined> {
  const credential = entry?.credential;
  if (credential?.registryToken) return `Bearer ${credential.registryToken}`;
  const named = credential && (credential.username !== '' || credential.password !== '' || identityTokenOf(credential));
  if (challenge.scheme === 'basic')
    return named && !identityTokenOf(credential) ? basicAuthorization(credential) : undefined;
  const token = await fetchToken(challenge, named ? credential : undefined, context);
  return token === undefined ? undefined : `Bearer ${token}`;
}
