import { pipelines, platformDefaults } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { isStatusError, type Secret, secrets } from '@serval/kube/objects';
import { CliError } from '../command/cli-error.ts';
import { contentOf, storeAnnotationPrefix } from './known-secrets.ts';
import { label, type PlannedSecret } from './plan-entries.ts';
import type { MigrationPlan } from './plan-migration.ts';

export interface ApplyOptions {
  client: Client;
  signal: AbortSignal;
  /** Told of each object when it is written. */
  told: (line: string) => void;
}

/**
 * Writes a plan: Secrets first, so that no entry ever names one that is missing. Whatever changed since it was planned is refused by the
 * API server (`Conflict`); a run that was cut off is gone on with by another one.
 */
export async function applyMigration(plan: MigrationPlan, { client, signal, told }: ApplyOptions): Promise<void> {
  for (const planned of plan.secrets) told(`secret/${label(planned.to)} ${await copySecret(planned, client, signal)}`);
  const { defaults } = plan;
  if (defaults) {
    // Without a version it is new.
    if (defaults.metadata.resourceVersion) await client.update(platformDefaults, defaults, { signal });
    else await client.create(platformDefaults, defaults, { signal });
    told('platformdefaults/default configured');
  }
  for (const pipeline of plan.pipelines) {
    const { namespace = '', name = '' } = pipeline.metadata;
    // Items of a list carry neither on every server.
    await client.update(pipelines, { ...pipeline, ...typeOfPipeline }, { signal });
    told(`pipeline/${namespace}/${name} configured`);
  }
}

const typeOfPipeline = { apiVersion: 'platform.serval.dev/v1alpha1', kind: 'Pipeline' };

/** Content goes from one Secret to the other, and nowhere else. */
async function copySecret({ from, to }: PlannedSecret, client: Client, signal: AbortSignal): Promise<string> {
  const source = await client.get(secrets, { ...from }, { signal });
  const annotations = Object.fromEntries(
    Object.entries(source.metadata.annotations ?? {}).filter(([key]) => key.startsWith(storeAnnotationPrefix)),
  );
  const copy: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...to, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    ...(source.type ? { type: source.type } : {}),
    ...(source.data ? { data: source.data } : {}),
  };
  try {
    await client.create(secrets, copy, { signal });
    return 'created';
  } catch (error) {
    if (!isStatusError(error, 'AlreadyExists')) throw error;
  }
  const there = await client.get(secrets, { ...to }, { signal });
  if (contentOf(there) === contentOf(source)) return 'unchanged';
  throw new CliError('AlreadyExists', `Secret ${label(to)} was made meanwhile, and holds something else`, {
    hint: 'run it again: another name will be chosen',
  });
}
