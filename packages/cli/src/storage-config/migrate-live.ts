import type { Client } from '@serval/kube/client';
import { isStatusError, type Secret, secrets } from '@serval/kube/objects';
import { describeError } from '../command/cli-error.ts';
import type { Output } from '../command/output.ts';
import { addToBackup } from './backup.ts';
import { listStorageSecrets, readConfigMap } from './live-secrets.ts';
import { hasChanges, type PlannedSecret, planSecret } from './plan-secret.ts';
import { label, printPlan } from './print-plan.ts';
import { decodeSecret } from './storage-secret.ts';
import { recordOf, writeSecret } from './write-live.ts';

export interface LiveMigration {
  /** All where undefined. */
  namespace: string | undefined;
  secretName: string;
  to: 'dual' | 'names';
  mountPath: string | undefined;
  now: Date;
  write: boolean;
  backup: string;
  out: Output;
  signal: AbortSignal;
}

/** Answers the exit code: 1 where an entry needs a person, or a Secret could not be written. */
export async function migrateLive(client: Client, options: LiveMigration): Promise<number> {
  const { out, signal, write, backup } = options;
  const planLive = async (live: Secret): Promise<{ live: Secret; planned: PlannedSecret }> => {
    const namespace = live.metadata.namespace ?? '';
    const read = readConfigMap(client, namespace, signal);
    return { live, planned: await planSecret(decodeSecret(live, namespace), read, { ...options, createsNamed: true }) };
  };

  const found = [];
  for (const live of await listStorageSecrets(client, options)) found.push(await planLive(live));
  const plans = found.map(({ planned }) => planned);
  printPlan(out, plans);
  const todo = found.filter(({ planned }) => hasChanges(planned));
  const left = plans.flatMap(({ migration }) => migration.untouched).length;
  const state = left === 0 ? '' : `; ${left === 1 ? '1 entry needs you' : `${left} entries need you`}`;
  if (todo.length === 0) {
    out.note(found.length === 0 ? `no Secret ${options.secretName}` : `nothing to do${state}`);
    return left === 0 ? 0 : 1;
  }
  if (!write) {
    out.note(`${todo.length} of ${found.length} Secrets would change${state}; --write does it`);
    return left === 0 ? 0 : 1;
  }

  await addToBackup(backup, { secrets: todo.map(({ planned }) => recordOf(planned)) });
  out.note(`what was there is in ${backup}; take it back with --undo ${backup}`);
  let failures = 0;
  for (const start of todo) {
    signal.throwIfAborted();
    try {
      const written = await writeSecret(start, {
        client,
        signal,
        plan: async (namespace, name) => {
          try {
            return await planLive(await client.get(secrets, { namespace, name }, { signal }));
          } catch (error) {
            if (isStatusError(error, 'NotFound')) return undefined;
            throw error;
          }
        },
        record: async (record) => addToBackup(backup, { secrets: [record] }),
      });
      out.print(`Secret ${label(start.planned.secret)}: ${written}`);
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      out.note(`serval: Secret ${label(start.planned.secret)}: ${describeError(error)}`);
    }
  }
  if (failures > 0) out.note(`${failures} of ${todo.length} Secrets were not written; run it again`);
  return failures === 0 && left === 0 ? 0 : 1;
}
