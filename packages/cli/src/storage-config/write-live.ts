import type { Client } from '@serval/kube/client';
import { type ConfigMap, configMaps, isStatusError, type Secret, secrets } from '@serval/kube/objects';
import { caBundleLabel, halfSourceAnnotation } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import type { SecretRecord } from './backup.ts';
import { changedKeys, hasChanges, type PlannedSecret } from './plan-secret.ts';
import { bundleKey, encodeBase64 } from './storage-secret.ts';

/** Writers that change a Secret again and again are programs that fight over it. */
const maxAttempts = 10;

export interface LiveWriter {
  client: Client;
  signal: AbortSignal;
  /** The Secret as it is now, planned anew; undefined where it is gone. */
  plan(namespace: string, name: string): Promise<{ live: Secret; planned: PlannedSecret } | undefined>;
  /** Called before anything of a plan is written that is not the first; the first is recorded before all writes. */
  record(record: SecretRecord): Promise<void>;
}

export type Written = 'migrated' | 'nothing to do' | 'gone';

/**
 * Carries out one plan: ConfigMaps first, so that nothing names one that is not there, then the Secret, only if it is still the one that
 * was planned. After a conflict it is planned anew. Stopped anywhere, the next run goes on from what is there.
 */
export async function writeSecret(
  start: { live: Secret; planned: PlannedSecret },
  { client, signal, plan, record }: LiveWriter,
): Promise<Written> {
  let current = start;
  const { namespace, name } = start.planned.secret;
  for (let attempt = 1; ; attempt++) {
    const { live, planned } = current;
    if (!hasChanges(planned)) return 'nothing to do';
    if (live.immutable) {
      throw new CliError('BadUsage', `Secret ${namespace}/${name} is immutable`, {
        hint: 'delete it and make it anew',
      });
    }
    if (attempt > 1) await record(recordOf(planned));
    try {
      for (const [configMap, bundle] of Object.entries(planned.migration.configMaps)) {
        await client.create(configMaps, bundleConfigMap(start.planned.secret, configMap, bundle), { signal });
      }
      await client.update(
        secrets,
        { ...live, apiVersion: 'v1', kind: 'Secret', data: dataAfter(live, planned) },
        { signal },
      );
      return 'migrated';
    } catch (error) {
      if (!isStatusError(error, 'Conflict', 'AlreadyExists', 'NotFound') || attempt === maxAttempts) throw error;
      const next = await plan(namespace, name);
      if (!next) return 'gone';
      current = next;
    }
  }
}

/** Made so that admission checks it, and that it can follow the Secret where the Secret says that its PEM leads. */
export function bundleConfigMap(
  { namespace, name: secretName }: { namespace: string; name: string },
  name: string,
  bundle: string,
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(namespace === '' ? {} : { namespace }),
      labels: { [caBundleLabel]: 'true' },
      annotations: { [halfSourceAnnotation]: `secret/${secretName}` },
    },
    data: { [bundleKey]: bundle },
  };
}

/** For the backup: what the API server holds, so in base64. */
export function recordOf(planned: PlannedSecret): SecretRecord {
  const encode = (text: string | undefined) => (text === undefined ? undefined : encodeBase64(text));
  const keys = Object.entries(changedKeys(planned)).map(([key, { before, after }]) => {
    const texts = { before: encode(before), after: encode(after) };
    return [key, Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined))];
  });
  const { namespace, name } = planned.secret;
  return { namespace, name, keys: Object.fromEntries(keys), configMaps: planned.migration.configMaps };
}

/** Bytes of keys that did not change stay what they are. */
function dataAfter(live: Secret, planned: PlannedSecret): Record<string, string> {
  const data = { ...live.data };
  for (const [key, { after }] of Object.entries(changedKeys(planned))) {
    if (after === undefined) delete data[key];
    else data[key] = encodeBase64(after);
  }
  return data;
}
