import type { Client } from '@serval/kube/client';
import { type AnyObject, configMaps, deployments, isStatusError, pods } from '@serval/kube/objects';
import { configMapName, partOfLabels } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import { type DiscoveredResource, findResource, resourceOfObject } from '../resources/discovery.ts';
import type { KServe } from './kserve.ts';
import { pollUntil } from './poll.ts';

/** What is needed to give the cluster back to KServe. */
export interface HandoverRecord {
  readonly controllers: KServe['controllers'];
  readonly webhooks: AnyObject[];
  readonly conversions: KServe['conversions'];
}

/** In Serval's namespace. Written before anything of KServe is changed. */
export const handoverConfigMapName = 'serval-kserve-handover';
const key = 'kserve.json';

interface Steps {
  readonly client: Client;
  readonly resources: readonly DiscoveredResource[];
  /** Serval's. */
  readonly namespace: string;
  readonly signal: AbortSignal;
  note(line: string): void;
}

/**
 * Takes over from KServe: writes down what is there, copies its configuration, scales its controllers to zero and deletes its webhook
 * configurations. Each step may be repeated: after a start that was cut off, what was written down first stays.
 */
export async function takeOver(steps: Steps, kserve: KServe): Promise<void> {
  const { client, signal, note } = steps;
  await writeRecord(steps, kserve);
  await copyConfiguration(steps, kserve);
  for (const { namespace, name } of kserve.controllers) {
    await client.patch(deployments, { namespace, name }, 'merge', { spec: { replicas: 0 } }, { signal });
    note(`scaled ${namespace}/${name} to zero`);
  }
  await podsGone(steps, kserve.controllers);
  for (const { resource, object } of kserve.webhooks) {
    await ignoringAbsence(client.delete(resource, { name: object.metadata.name ?? '' }, { signal }));
    note(`deleted ${object.kind} ${object.metadata.name}`);
  }
}

/** Gives the cluster back: conversions and webhook configurations as they were, then the controllers. */
export async function giveBack(steps: Steps, record: HandoverRecord): Promise<void> {
  const { client, resources, signal, note } = steps;
  const definitions = findResource(resources, 'customresourcedefinitions.apiextensions.k8s.io');
  for (const { name, conversion } of record.conversions) {
    await ignoringAbsence(client.patch(definitions, { name }, 'merge', { spec: { conversion } }, { signal }));
  }
  for (const object of record.webhooks) {
    const resource = resourceOfObject(resources, object, handoverConfigMapName);
    await client.create(resource, object, { signal }).catch((error: unknown) => {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
    });
    note(`restored ${object.kind} ${object.metadata.name}`);
  }
  for (const { namespace, name, replicas } of record.controllers) {
    await client.patch(deployments, { namespace, name }, 'merge', { spec: { replicas } }, { signal });
    note(`scaled ${namespace}/${name} to ${replicas}`);
  }
}

export async function readRecord({ client, namespace, signal }: Steps): Promise<HandoverRecord | undefined> {
  const stored = await ignoringAbsence(client.get(configMaps, { namespace, name: handoverConfigMapName }, { signal }));
  const text = stored?.data?.[key];
  return text === undefined ? undefined : (JSON.parse(text) as HandoverRecord);
}

async function writeRecord(steps: Steps, kserve: KServe): Promise<void> {
  const { client, namespace, signal, note } = steps;
  const before = await readRecord(steps);
  if (before) {
    note(`what KServe was is written down already, in ConfigMap ${namespace}/${handoverConfigMapName}`);
    return;
  }
  const record: HandoverRecord = {
    controllers: kserve.controllers,
    webhooks: kserve.webhooks.map(({ object }) => portable(object)),
    conversions: kserve.conversions,
  };
  await client.create(
    configMaps,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: handoverConfigMapName, labels: { ...partOfLabels } },
      data: { [key]: JSON.stringify(record) },
    },
    { signal },
  );
  note(`wrote down what KServe was, in ConfigMap ${namespace}/${handoverConfigMapName}`);
}

/** An object as somebody would create it anew. */
function portable({ apiVersion, kind, metadata, ...rest }: AnyObject): AnyObject {
  const { name, labels, annotations } = metadata;
  const kept = { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  return { apiVersion, kind, metadata: { name, ...kept }, ...rest };
}

/** Serval reads KServe's keys, so its configuration goes on to hold. One that is there already stays. */
async function copyConfiguration({ client, namespace, signal, note }: Steps, kserve: KServe): Promise<void> {
  for (const from of new Set(kserve.controllers.map((controller) => controller.namespace))) {
    const found = await ignoringAbsence(client.get(configMaps, { namespace: from, name: configMapName }, { signal }));
    if (!found?.data || from === namespace) continue;
    const copy = {
      apiVersion: 'v1' as const,
      kind: 'ConfigMap' as const,
      metadata: { namespace, name: configMapName, labels: { ...partOfLabels } },
      data: found.data,
    };
    const isNew = await client.create(configMaps, copy, { signal }).then(
      () => true,
      (error: unknown) => {
        if (isStatusError(error, 'AlreadyExists')) return false;
        throw error;
      },
    );
    note(`${isNew ? 'copied' : 'kept the one that is there instead of copying'} ConfigMap ${from}/${configMapName}`);
    return;
  }
}

async function podsGone({ client, signal, note }: Steps, controllers: KServe['controllers']): Promise<void> {
  for (const { namespace, name } of controllers) {
    const deployment = await client.get(deployments, { namespace, name }, { signal });
    const labels = Object.entries(deployment.spec.selector.matchLabels ?? {}).map(
      ([label, value]) => `${label}=${value}`,
    );
    await pollUntil(
      async () => (await client.list(pods, { namespace, labelSelector: labels.join(','), signal })).items.length === 0,
      {
        signal,
        timeoutMs: 120_000,
        onTimeout: () =>
          new CliError(
            'TimedOut',
            `Pods of ${namespace}/${name} are still there two minutes after it was scaled to zero`,
            {
              hint: 'look at them with kubectl, then run the same command again: it goes on where it stopped',
            },
          ),
      },
    );
    note(`${namespace}/${name} has stopped`);
  }
}

export async function ignoringAbsence<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}
