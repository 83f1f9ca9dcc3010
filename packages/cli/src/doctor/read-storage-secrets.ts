import type { Client } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import { type Seen, type SeenStorageSecret, seenStorageSecret } from '@serval/operator/checks';
import { describeError } from '../command/cli-error.ts';
import { listStorageSecrets, readConfigMap } from '../storage-config/live-secrets.ts';
import type { Scope } from './read-kind.ts';

/** Of Secrets with storage entries, what is wrong with them; their values are let go of here. */
export async function readStorageSecrets(
  client: Client,
  scope: Scope,
  signal: AbortSignal,
): Promise<Seen<SeenStorageSecret>> {
  const now = new Date();
  try {
    const secrets = await listStorageSecrets(client, {
      namespace: scope.namespace,
      secretName: 'storage-config',
      signal,
    });
    const items: SeenStorageSecret[] = [];
    for (const secret of secrets) {
      const read = readConfigMap(client, secret.metadata.namespace ?? '', signal);
      items.push(await seenStorageSecret(secret, now, async (name) => (await read(name))?.bundle));
    }
    return { items };
  } catch (error) {
    signal.throwIfAborted();
    return {
      unread: isStatusError(error, 'Forbidden')
        ? 'you may not read them'
        : (describeError(error).split('\n')[0] ?? 'they could not be read'),
    };
  }
}
