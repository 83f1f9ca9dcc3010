import { timingSafeEqual } from 'node:crypto';
import { StatusError } from '@serval/kube/objects';
import type { ServiceAccountTokens } from '../access/index.ts';
import type { User } from '../registry/request-options.ts';

/** Whoever holds the token of the kubeconfig, and callers in the process. */
export const administrator: User = Object.freeze({
  name: 'serval:admin',
  groups: Object.freeze(['system:masters', 'system:authenticated']),
});

/** Checks bearer tokens: the administrator's, in a time that tells nothing about it, and those of ServiceAccounts. Throws Unauthorized. */
export function createAuthenticator(
  token: string,
  tokens: ServiceAccountTokens,
): (authorization: string | undefined) => User {
  const expected = Buffer.from(token);
  return (authorization) => {
    const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined) {
      if (isEqual(Buffer.from(given), expected)) return administrator;
      const user = tokens.userOf(given);
      if (user) return user;
    }
    throw new StatusError('Unauthorized', 'Unauthorized');
  };
}

/** The length of the token is no secret; its bytes are. */
function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}
