import type { Client } from '@serval/kube/client';
import { type AnyObject, configMaps } from '@serval/kube/objects';
import { configMapName } from '@serval/operator/declarations';
import { resourceLabel } from '../commands/apply.ts';
import { type DiscoveredResource, resourceOfObject } from '../resources/discovery.ts';
import { installFieldManager } from './apply-installation.ts';
import { ignoringAbsence } from './handover.ts';
import type { Installation } from './installation.ts';

interface Removal {
  readonly client: Client;
  readonly resources: readonly DiscoveredResource[];
  readonly signal: AbortSignal;
  note(line: string): void;
}

/**
 * Deletes the operator: first what API servers ask it through, so that nothing waits for who is gone. Definitions, the namespace with
 * its configuration, and the runtimes stay, as objects of users live in or by them.
 */
export async function removeOperator(installation: Installation, removal: Removal): Promise<void> {
  const { resources, note } = removal;
  for (const object of [...installation.webhooks, ...installation.operator.toReversed()]) {
    if (object.kind === 'Namespace' || (object.kind === 'ConfigMap' && object.metadata.name === configMapName)) {
      note(`${object.kind} ${object.metadata.name} kept`);
      continue;
    }
    await remove(resourceOfObject(resources, object, 'installation'), object, removal);
  }
}

/** Definitions of several versions as they are without webhooks, where they are there. */
export async function stopConverting(
  withoutWebhooks: Installation,
  { client, resources, signal, note, namespace }: Removal & { readonly namespace: string },
): Promise<void> {
  for (const object of withoutWebhooks.definitions.filter(({ spec }) => spec.versions.length > 1)) {
    const resource = resourceOfObject(resources, object, 'installation');
    const name = object.metadata.name ?? '';
    const live = await ignoringAbsence(client.get(resource, { name }, { signal }));
    const converter = live?.['spec']?.conversion?.webhook?.clientConfig?.service?.namespace;
    // Another operator of Serval goes on converting.
    if (!live || (converter !== undefined && converter !== namespace)) continue;
    // Not applied: the authority that the operator wrote beside it is not ours to leave out.
    const spec = { versions: object['spec'].versions, conversion: { strategy: 'None', webhook: null } };
    await client.patch(resource, { name }, 'merge', { spec }, { fieldManager: installFieldManager, signal });
    note(`${resourceLabel(resource)}/${name} serves only the version that it stores`);
  }
}

/** How many objects of each definition there are, and would be lost with it. */
export async function countObjects(
  definitions: readonly AnyObject[],
  { client, resources, signal }: Removal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { metadata, spec } of definitions) {
    const resource = resources.find(({ group, plural }) => group === spec.group && plural === spec.names.plural);
    if (!resource) continue;
    counts.set(metadata.name ?? '', (await client.list(resource, { signal })).items.length);
  }
  return counts;
}

/** Deletes the definitions, and with them every object of their kinds. */
export async function removeDefinitions(installation: Installation, removal: Removal): Promise<void> {
  for (const object of installation.definitions) {
    await remove(resourceOfObject(removal.resources, object, 'installation'), object, removal);
  }
}

async function remove(
  resource: DiscoveredResource,
  object: AnyObject,
  { client, signal, note }: Removal,
): Promise<void> {
  const { namespace, name = '' } = object.metadata;
  const target = { ...(namespace ? { namespace } : {}), name };
  const gone = await ignoringAbsence(client.delete(resource, target, { propagationPolicy: 'Background', signal }));
  note(`${resourceLabel(resource)}/${name} ${gone ? 'deleted' : 'was not there'}`);
}

/** What the operator wrote beside what was installed. */
export async function removeLeftovers(namespace: string, names: readonly string[], removal: Removal): Promise<void> {
  for (const name of names) {
    await ignoringAbsence(removal.client.delete(configMaps, { namespace, name }, { signal: removal.signal }));
  }
}
