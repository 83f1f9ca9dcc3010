import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, namespaces } from '@serval/kube/objects';
import { configMapName } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import { resourceLabel } from '../commands/apply.ts';
import { type DiscoveredResource, discover, resourceOfObject } from '../resources/discovery.ts';
import { ignoringAbsence } from './handover.ts';
import type { Installation } from './installation.ts';
import { convertedAsBefore } from './kept-conversion.ts';
import { removeOutdated } from './outdated.ts';
import { pollUntil } from './poll.ts';
import { waitForOperator, waitForWebhooks } from './wait-healthy.ts';

export interface ApplyOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Namespaces that are served; all without. Those that do not exist are left out. */
  readonly watchNamespaces?: readonly string[] | undefined;
  note(line: string): void;
}

export const installFieldManager = 'serval-install';

/**
 * Applies an installation in its steps, each when the one before it holds: definitions are established, the operator is available, and
 * only then are API servers told to ask it. Fields of others are taken over, but for the configuration: one that is there stays.
 */
export async function applyInstallation(installation: Installation, options: ApplyOptions): Promise<void> {
  const { client, namespace, note, signal, timeoutMs } = options;
  await applyObjects(await convertedAsBefore(installation.definitions, options), options);
  await waitEstablished(installation.definitions, options);
  await applyObjects(installation.operator, options);
  await applyObjects(installation.gateway, options);
  note('waiting for the operator …');
  await waitForOperator(options);
  if (installation.webhooks.length > 0) {
    await applyObjects(installation.webhooks, options);
    note('waiting for API servers to reach the webhooks …');
    const [probed] = await existing(options.watchNamespaces ?? [namespace], options);
    if (probed !== undefined) await waitForWebhooks(client, { namespace: probed, signal, timeoutMs });
  }
  await removeOutdated(installation, options);
  await applyObjects(installation.runtimes, options);
}

/** Those that are there, or may not be seen. */
async function existing(names: readonly string[], { client, signal }: ApplyOptions): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    try {
      await client.get(namespaces, { name }, { signal });
    } catch (error) {
      if (isStatusError(error, 'NotFound')) continue;
      if (!isStatusError(error, 'Forbidden')) throw error;
    }
    found.push(name);
  }
  return found;
}

async function applyObjects(objects: readonly AnyObject[], options: ApplyOptions): Promise<void> {
  const { client, signal, note, watchNamespaces = [] } = options;
  const resources = await discover(client, signal);
  const known = await existing(watchNamespaces, options);
  const missing = watchNamespaces.filter((name) => !known.includes(name) && name !== options.namespace);
  for (const object of objects) {
    const within = object.metadata.namespace;
    if (within !== undefined && missing.includes(within)) {
      note(`namespace ${within} does not exist: run the same command again once it does`);
      continue;
    }
    const resource = resourceOfObject(resources, object, 'installation');
    note(`${resourceLabel(resource)}/${object.metadata.name} ${await applyOne(client, resource, object, signal)}`);
  }
}

async function applyOne(
  client: Client,
  resource: DiscoveredResource,
  object: AnyObject,
  signal: AbortSignal,
): Promise<string> {
  const { namespace, name = '' } = object.metadata;
  const target = { ...(namespace ? { namespace } : {}), name };
  const before = await ignoringAbsence(client.get(resource, target, { signal }));
  if (before && resource.kind === 'ConfigMap' && name === configMapName) return 'kept as it is';
  const after = await client.apply(resource, object, { force: true, fieldManager: installFieldManager, signal });
  if (!before) return 'created';
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'configured';
}

async function waitEstablished(definitions: readonly AnyObject[], options: ApplyOptions): Promise<void> {
  const { client, signal, timeoutMs } = options;
  const resources = await discover(client, signal);
  for (const definition of definitions) {
    const resource = resourceOfObject(resources, definition, 'installation');
    const name = definition.metadata.name ?? '';
    await pollUntil(
      async () => {
        const { status } = await client.get(resource, { name }, { signal });
        const conditions = (status?.conditions ?? []) as { type: string; status: string; message?: string }[];
        const refused = conditions.find(({ type, status: is }) => type === 'NamesAccepted' && is === 'False');
        if (refused) throw new CliError('NotReady', `definition ${name}: ${refused.message ?? 'its names are taken'}`);
        return conditions.some(({ type, status: is }) => type === 'Established' && is === 'True');
      },
      { signal, timeoutMs, onTimeout: () => new CliError('TimedOut', `definition ${name} is not established`) },
    );
  }
}
