import {
  credentialGrants,
  inferenceServices,
  type Pipeline,
  type PlatformDefaults,
  pipelines as pipelineResource,
  platformDefaults,
  platformDefaultsName,
} from '@serval/api';
import type { Client, ListOptions } from '@serval/kube/client';
import {
  deployments,
  isStatusError,
  type KubeObject,
  pods,
  type Resource,
  secrets as secretResource,
  serviceAccounts,
} from '@serval/kube/objects';
import { credentialNamespaceOf, layersOf, type SecretReference } from '@serval/operator/credentials';
import { serviceLabel } from '@serval/operator/declarations';
import type { SecretRead } from './known-secrets.ts';
import { label } from './plan-entries.ts';
import { type Observed, plannedSecrets } from './plan-migration.ts';
import { type Workload, workloadsOf } from './workloads.ts';

export interface ObserveOptions {
  client: Client;
  /** All where absent. */
  namespaces: readonly string[] | undefined;
  /** Entries for this pipeline alone, and its stages where no namespaces are named. */
  only: Pipeline | undefined;
  signal: AbortSignal;
}

/** Secrets of thousands of namespaces are a request each. */
const readsAtOnce = 16;

/** So that an API server answers a cluster of services in pieces. */
const pageSize = 500;

/**
 * Reads what services pull with, and only those Secrets that something names. One that may not be read is told so, and decides nothing.
 */
export async function observeMigration({ client, namespaces, only, signal }: ObserveOptions): Promise<Observed> {
  const [pipelines, grants, defaults] = await Promise.all([
    listAll(client, pipelineResource, { signal }),
    listAll(client, credentialGrants, { signal }),
    readDefaults(client, signal),
  ]);
  const workloads: Workload[] = [];
  for (const where of namespaces ?? [undefined]) workloads.push(...(await readWorkloads(client, where, signal)));
  const named = only ? pipelines.find(({ metadata }) => metadata.uid === only.metadata.uid) : undefined;
  const observed: Observed = {
    workloads,
    pipelines,
    grants,
    defaults,
    only: named,
    isWhole: namespaces === undefined,
    secrets: new Map(),
  };
  const secrets = new Map<string, SecretRead>();
  const readMore = async (references: readonly SecretReference[]): Promise<void> => {
    const missing = new Map(references.map((reference) => [label(reference), reference]));
    for (const name of secrets.keys()) missing.delete(name);
    const names = [...missing.keys()];
    for (let at = 0; at < names.length; at += readsAtOnce) {
      const some = names.slice(at, at + readsAtOnce);
      const read = await Promise.all(
        some.map((name) => readSecret(client, missing.get(name) as SecretReference, signal)),
      );
      for (const [index, name] of some.entries()) {
        const found = read[index];
        if (found) secrets.set(name, found);
      }
    }
  };
  await readMore([...ownSecrets(workloads), ...layerSecrets(pipelines, defaults)]);
  // Names that a first plan would take may be taken already; each look makes at least one more of them known.
  for (let look = 0; look < maxLooks; look += 1) {
    const before = secrets.size;
    await readMore(plannedSecrets({ ...observed, secrets }).map(({ to }) => to));
    if (secrets.size === before) break;
  }
  return { ...observed, secrets };
}

/** Secrets of one name in one namespace, numbered. */
const maxLooks = 20;

async function readWorkloads(client: Client, namespace: string | undefined, signal: AbortSignal): Promise<Workload[]> {
  const where = { ...(namespace === undefined ? {} : { namespace }), signal };
  const ofServices = { ...where, labelSelector: serviceLabel };
  const [services, workloads, live, accounts] = await Promise.all([
    listAll(client, inferenceServices, where),
    listAll(client, deployments, ofServices),
    listAll(client, pods, ofServices),
    listAll(client, serviceAccounts, where),
  ]);
  const own = <T extends KubeObject>(list: readonly T[], of: string): T[] =>
    list.filter(({ metadata }) => metadata.namespace === of);
  const found = new Set([...services, ...workloads, ...live].map(({ metadata }) => metadata.namespace ?? ''));
  return [...found].sort().flatMap((of) =>
    workloadsOf({
      namespace: of,
      services: own(services, of),
      deployments: own(workloads, of),
      pods: own(live, of),
      serviceAccounts: own(accounts, of),
    }),
  );
}

function ownSecrets(workloads: readonly Workload[]): SecretReference[] {
  return workloads.flatMap(({ namespace, pullSecrets, storageSecrets }) =>
    [...pullSecrets, ...storageSecrets].map(({ name }) => ({ namespace, name })),
  );
}

function layerSecrets(pipelines: readonly Pipeline[], defaults: PlatformDefaults | undefined): SecretReference[] {
  const home = credentialNamespaceOf(defaults);
  const layers = (['registryCredentials', 'storageCredentials'] as const).flatMap((field) => [
    ...layersOf(defaults, undefined, field),
    ...pipelines.flatMap((pipeline) =>
      pipeline.spec.stages.flatMap((stage) => layersOf(defaults, { pipeline, stage }, field)),
    ),
  ]);
  return layers.flatMap(({ source, entries }) =>
    entries
      .map(({ secretRef }) => secretRef)
      // PlatformDefaults name nothing elsewhere.
      .filter(({ namespace }) => source !== 'Platform' || namespace === home),
  );
}

/** Nothing where there is none; what may not be read is not known, and is told as that. */
async function readSecret(
  client: Client,
  reference: SecretReference,
  signal: AbortSignal,
): Promise<SecretRead | undefined> {
  try {
    return { state: 'read', secret: await client.get(secretResource, { ...reference }, { signal }) };
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    if (isStatusError(error, 'Forbidden')) return { state: 'refused' };
    throw error;
  }
}

async function readDefaults(client: Client, signal: AbortSignal): Promise<PlatformDefaults | undefined> {
  try {
    return await client.get(platformDefaults, { name: platformDefaultsName }, { signal });
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function listAll<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  options: ListOptions,
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(resource, { ...options, limit: pageSize, ...(next ? { continue: next } : {}) });
    items.push(...page.items);
    next = page.metadata?.continue || undefined;
  } while (next !== undefined);
  return items;
}
