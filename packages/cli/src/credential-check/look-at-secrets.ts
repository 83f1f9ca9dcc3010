import type { Client } from '@serval/kube/client';
import { isStatusError, secrets } from '@serval/kube/objects';
import { ageOf, dayOf } from '@serval/operator/credentials';
import { expiryOf } from './expiry-of.ts';

/** What a look at a Secret told; nothing of its content but when it ends. */
export type Look =
  | { state: 'read'; endsOn?: string; age: 'fine' | 'endsSoon' | 'ended' }
  /** The user may not read it. */
  | { state: 'refused' }
  | { state: 'gone' };

/** @param names  `NAMESPACE/NAME` */
export async function lookAtSecrets(
  client: Client,
  names: readonly string[],
  now: number,
  signal: AbortSignal,
): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>();
  for (const full of new Set(names)) looks.set(full, await lookAt(client, full, now, signal));
  return looks;
}

async function lookAt(client: Client, full: string, now: number, signal: AbortSignal): Promise<Look> {
  const [namespace = '', name = ''] = full.split('/');
  try {
    const endMs = expiryOf(await client.get(secrets, { namespace, name }, { signal }));
    return endMs === undefined
      ? { state: 'read', age: 'fine' }
      : { state: 'read', endsOn: dayOf(endMs), age: ageOf(endMs, now) };
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return { state: 'gone' };
    if (isStatusError(error, 'Forbidden')) return { state: 'refused' };
    throw error;
  }
}

/**
 * Secrets with credentials in the platform's namespace that nothing names; undefined where the user may not list them.
 *
 * @param named  `NAMESPACE/NAME` of those that are in use
 */
export async function unnamedSecrets(
  client: Client,
  namespace: string,
  named: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  try {
    const found: string[] = [];
    for (const type of ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg', 'Opaque']) {
      const { items } = await client.list(secrets, { namespace, fieldSelector: `type=${type}`, signal });
      found.push(...items.map(({ metadata }) => `${namespace}/${metadata.name}`));
    }
    return found.filter((name) => !named.has(name)).sort();
  } catch (error) {
    if (isStatusError(error, 'Forbidden')) return undefined;
    throw error;
  }
}
