import { randomBytes } from 'node:crypto';
import type { Client } from '@serval/kube/client';
import { isStatusError, secrets } from '@serval/kube/objects';
import { checksumKeySecretName, partOfLabels } from '../declarations/installed-names.ts';

const field = 'key';
const keyBytes = 32;

/**
 * The key of checksums, kept in a Secret of the platform's own namespace, which is made when it is first asked for. Where somebody deletes it,
 * services that asked for it are rolled out once more.
 */
export function createChecksumKey(client: Client, namespace: string): (signal: AbortSignal) => Promise<Uint8Array> {
  const target = { namespace, name: checksumKeySecretName };
  let known: Uint8Array | undefined;

  async function read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      const { data } = await client.get(secrets, target, { signal });
      const key = Buffer.from(data?.[field] ?? '', 'base64');
      if (key.length < keyBytes) throw new Error(`Secret ${namespace}/${target.name} has no whole key; delete it`);
      return key;
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async function make(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const metadata = { ...target, labels: { ...partOfLabels } };
    const data = { [field]: randomBytes(keyBytes).toString('base64') };
    try {
      await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data, immutable: true }, { signal });
    } catch (error) {
      // Made meanwhile, by a reconcile beside this one.
      if (!isStatusError(error, 'AlreadyExists')) throw error;
    }
    return await read(signal);
  }

  return async (signal) => {
    known ??= (await read(signal)) ?? (await make(signal));
    if (!known) throw new Error(`Secret ${namespace}/${target.name} cannot be read`);
    return known;
  };
}
