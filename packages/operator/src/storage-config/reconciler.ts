import type { Cache, Client, Clock, EventRecorder, Log, Reconciled } from '@serval/kube/client';
import {
  type ConfigMap,
  configMaps,
  isStatusError,
  keyOf,
  type NamespacedName,
  type Secret,
} from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import { refusalOf } from '../copies/refusal-of.ts';
import { bundleKey } from '../names.ts';
import type { Examinations } from './examinations.ts';
import { examine, parseSecret, referredConfigMaps } from './examine.ts';
import { untilNextAge } from './expiry.ts';
import { createHalvesKeeper } from './keep-halves.ts';
import { halfSourceAnnotation } from './names.ts';
import { planHalves } from './plan-halves.ts';
import { createSecretTeller, tellings } from './tell-secret.ts';

export interface StorageConfigDeps {
  readonly storageSecrets: Cache<Secret>;
  readonly examinations: Examinations;
  readonly config: ConfigSource;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
}

/** How soon a change of a ConfigMap is seen that nobody watches: one that a half follows, and one that is only looked at. */
const followedMs = 30_000;
const lookedAtMs = 600_000;
/** Ages change at most this much later than they should, however clocks and timers are. */
const dayMs = 86_400_000;
/** A Secret of storage entries names a handful; more would make a look slow. */
const maxConfigMaps = 100;

/** Looks at one Secret with storage entries: tells what is wrong and what ends, and keeps halves of certificates equal. */
export function createStorageConfigReconciler(deps: StorageConfigDeps) {
  const { storageSecrets, examinations, config, client, events, clock } = deps;
  const teller = createSecretTeller(events);
  const keep = createHalvesKeeper(deps);

  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const key = keyOf({ namespace, name });
    const secret = storageSecrets.get(namespace, name);
    if (!secret || secret.metadata.deletionTimestamp) {
      examinations.delete(key);
      teller.forget(key);
      return undefined;
    }
    const now = new Date(clock.now());
    const source = secret.metadata.annotations?.[halfSourceAnnotation];
    const followed = source?.startsWith('configmap/') ? [source.slice('configmap/'.length)] : [];
    const names = [...new Set([...referredConfigMaps(parseSecret(secret, now)), ...followed])].slice(0, maxConfigMaps);
    const read = new Map<string, ConfigMap | undefined>();
    for (const referred of names) read.set(referred, await present(namespace, referred, signal));
    const parsed = parseSecret(secret, now, (referred) => read.get(referred)?.data?.[bundleKey]);
    const examination = examine(secret, parsed);
    examinations.set(key, examination);

    const list = tellings(examination, config.current().credentials.certificateFields, now.getTime());
    try {
      const { told, againMs } = await keep(secret, planHalves(secret, parsed, read, now), signal);
      list.push(...told);
      return {
        requeueAfterMs: Math.min(againMs ?? dayMs, nextLook(names.length, source !== undefined, examination, now)),
      };
    } catch (error) {
      // Without what the API server says, which may quote the Secret.
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      const message = `the other half of a certificate of Secret ${key} cannot be written: ${refusal}`;
      if (isStatusError(error, 'Forbidden', 'Invalid')) list.push({ reason: 'CertificateNotKept', message });
      throw new Error(message);
    } finally {
      teller.tell(key, secret, list);
    }
  };

  async function present(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    try {
      return await client.get(configMaps, { namespace, name }, { signal });
    } catch (error) {
      if (isStatusError(error, 'NotFound', 'BadRequest')) return undefined;
      throw error;
    }
  }
}

function nextLook(
  configMapCount: number,
  follows: boolean,
  { certificates }: ReturnType<typeof examine>,
  now: Date,
): number {
  const poll = configMapCount === 0 ? dayMs : follows ? followedMs : lookedAtMs;
  return Math.min(
    poll,
    untilNextAge(
      certificates.map(({ endMs }) => endMs),
      now.getTime(),
    ) ?? dayMs,
  );
}
