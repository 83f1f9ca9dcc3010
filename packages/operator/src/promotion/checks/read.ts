import type { Cache, Client } from '@serval/kube/client';
import { isStatusError, type Job, jobs, type Pod, StatusError } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { type StorageRequest, storageRequestOf } from '../../credentials/storage-request.ts';
import { readCheckLabel } from '../../names.ts';
import { type CheckResult, failed, passed, waiting } from './check.ts';
import { type ReadSubject, renderReadJob } from './read-job.ts';
import { readOutcome } from './read-outcome.ts';

export interface ReadDeps {
  readonly client: Client;
  /** Pods with the label of services, which those of the Jobs have. */
  readonly pods: Cache<Pod>;
  readonly config: ServingConfig;
  /** Whether admission would let in Pods that ask for a model so; nothing where it would. */
  readonly refusalOf: (request: StorageRequest, signal: AbortSignal) => Promise<string | undefined>;
}

const firstLookMs = 2_000;

/**
 * Whether Pods of a namespace could read a model: a Job there, made once, looks at it. It ends by its own deadline, and goes some time after;
 * who asks again when it is gone has the model looked at anew.
 */
export async function checkRead(
  subject: ReadSubject,
  { client, pods, config, refusalOf }: ReadDeps,
  signal: AbortSignal,
): Promise<CheckResult> {
  const wanted = renderReadJob(subject, config);
  if (!wanted) return passed;
  const { namespace = '', name = '' } = wanted.metadata;
  const job = await find(client, namespace, name, signal);
  if (!job) {
    const request = storageRequestOf(wanted.spec.template, namespace);
    const refusal = request && (await refusalOf(request, signal));
    if (refusal !== undefined) return failed('StorageConfigInvalid', refusal);
    return await begin(client, wanted, signal);
  }
  const { uid } = subject.promotion;
  if (job.metadata.labels?.[readCheckLabel] !== uid) {
    return failed('OwnershipConflict', `Job ${namespace}/${name} is somebody else's; delete it`);
  }
  if (job.metadata.deletionTimestamp) return waiting('Reading', `Job ${namespace}/${name} is going`, firstLookMs);
  const pod = pods
    .list({ namespace, labels: { [readCheckLabel]: uid } })
    .find(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === job.metadata.uid));
  return readOutcome(job, pod);
}

async function find(client: Client, namespace: string, name: string, signal: AbortSignal): Promise<Job | undefined> {
  try {
    return await client.get(jobs, { namespace, name }, { signal });
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function begin(client: Client, job: Job, signal: AbortSignal): Promise<CheckResult> {
  const { namespace, name } = job.metadata;
  try {
    await client.create(jobs, job, { signal });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    // A quota, a policy, a namespace that is going: what Pods of the service would meet as well.
    if (!isStatusError(error, 'Forbidden') && !isStatusError(error, 'Invalid') && !isStatusError(error, 'NotFound'))
      throw error;
    return failed('NotReadable', `Job ${namespace}/${name} cannot be made: ${error.message.slice(0, 500)}`);
  }
  return waiting('Reading', `Job ${namespace}/${name} looks at the model`, firstLookMs);
}
