import { createHash, randomBytes } from 'node:crypto';
import { type Client, type Clock, createReflector, type Log, type Reflector } from '@serval/kube/client';
import { type Secret, secrets } from '@serval/kube/objects';
import type { LiveProjection } from './plan-projection.ts';

/** Projected Secrets of one name that there are, by namespace. Of what is in them, only digests are kept. */
export interface ProjectedSecrets {
  readonly reflector: Reflector<Secret>;
  readonly digestOf: (base64: string) => string;
  get(namespace: string): LiveProjection | undefined;
}

export interface ProjectedSecretsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The key lives as long as the process: digests are compared within it, and nobody else can make any of them. */
export function watchProjectedSecrets(name: string, options: ProjectedSecretsOptions): ProjectedSecrets {
  const key = randomBytes(32);
  // Not an HMAC, which takes ten times as long to prepare its key: nobody outside sees a digest, so nobody can lengthen what it is of.
  const digestOf = (base64: string) => createHash('sha256').update(key).update(base64).digest('base64');
  const reflector = createReflector<Secret>({
    ...options,
    resource: secrets,
    fieldSelector: `metadata.name=${name}`,
    transform: (secret) => withDigests(secret, digestOf),
  });
  return {
    reflector,
    digestOf,
    get(namespace) {
      const secret = reflector.get(namespace, name);
      return secret && liveProjectionOf(secret);
    },
  };
}

/** As the cache keeps a Secret that was written just now. */
export function withDigests(secret: Secret, digestOf: (base64: string) => string): Secret {
  const { data = {}, ...rest } = secret;
  return { ...rest, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, digestOf(value)])) };
}

/** Of a Secret as the cache keeps it. */
export function liveProjectionOf(secret: Secret): LiveProjection {
  return { secret, digests: secret.data ?? {} };
}
