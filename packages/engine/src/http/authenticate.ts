import { timingSafeEqual } from 'node:crypto';
import { StatusError } from '@serval/kube/objects';
import type { User } from '../registry/request-options.ts';

/** Every valid token is the administrator's: access rules are stored, not evaluated yet. */
export const administrator: User = Object.freeze({
  name: 'serval:admin',
  groups: Object.freeze(['system:masters', 'system:authenticated']),
});

/** Checks bearer tokens in a time that tells nothing about them. Throws Unauthorized. */
export function createAuthenticator(token: string): (authorization: string | undefined) => User {
  const expected = Buffer.from(token);
  return (authorization) => {
    const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && isEqual(Buffer.from(given), expected)) return administrator;
    throw new StatusError('Unauthorized', 'Unauthorized');
  };
}

/** The length of the token is no secret; its bytes are. */
function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}
