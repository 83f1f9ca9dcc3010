import type { SecureContext } from 'node:tls';
import type { ClientIdentity } from './client-identity.ts';
import { rootsAnd, type Trust } from './trust.ts';

/** How TLS is spoken to one group of servers. */
export interface SecureContexts {
  /** `undefined` where nothing but the defaults is wanted. Made once per authority and identity: 300 authorities take 20 ms to load. */
  get(
    trust: Trust | undefined,
    ca: string | undefined,
    identity: ClientIdentity | undefined,
  ): Promise<SecureContext | undefined>;
}

export function createSecureContexts(): SecureContexts {
  const contexts = new Map<string, Promise<SecureContext>>();
  return {
    async get(trust, ca, identity) {
      if (!trust && ca === undefined && !identity) return undefined;
      const key = JSON.stringify([ca, identity?.cert, identity?.key]);
      const context = contexts.get(key) ?? create(trust, ca, identity);
      contexts.set(key, context);
      return context;
    },
  };
}

async function create(
  trust: Trust | undefined,
  ca: string | undefined,
  identity: ClientIdentity | undefined,
): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls');
  const pems = [trust?.pem, ca].filter((pem) => pem !== undefined);
  return createSecureContext({
    ...(pems.length > 0 ? { ca: await rootsAnd(pems) } : {}),
    ...identity,
  });
}
