import { customResourceDefinitions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, services } from '@serval/kube/objects';
import { crdsFor, multiVersionCrdNames, webhookConfigurations } from '@serval/operator/declarations';
import { discover, resourceOfObject } from '../resources/discovery.ts';

interface LiveConfiguration extends AnyObject {
  webhooks?: { clientConfig?: { url?: string; service?: { namespace: string; name: string } } }[];
}

/** The Service behind the stored webhook configurations, where it exists: then an operator runs in that cluster. */
export async function findForeignOperator(client: Client): Promise<string | undefined> {
  for (const { live } of await liveConfigurations(client)) {
    for (const { clientConfig } of live.webhooks ?? []) {
      const { service } = clientConfig ?? {};
      if (service && (await isThere(client.get(services, service)))) return `${service.namespace}/${service.name}`;
    }
  }
  return undefined;
}

/** Deletes the configurations that lead to `url`; others belong to a platform that was started later. */
export async function removeWebhookConfigurations(client: Client, url: string): Promise<void> {
  for (const { resource, live } of await liveConfigurations(client)) {
    if (!live.webhooks?.some(({ clientConfig }) => clientConfig?.url?.startsWith(url))) continue;
    const { name = '', uid } = live.metadata;
    await isThere(client.delete(resource, { name }, { preconditions: { uid } }));
  }
}

/** Lets definitions that are converted at `url` serve the version that is stored alone: nobody answers there any more. */
export async function removeConversion(client: Client, url: string): Promise<void> {
  const converted = new Set(multiVersionCrdNames());
  for (const definition of crdsFor()) {
    const { name = '' } = definition.metadata;
    if (!converted.has(name)) continue;
    const live = await isThere(client.get(customResourceDefinitions, { name }));
    const config = live?.spec.conversion?.webhook?.['clientConfig'] as { url?: string } | undefined;
    if (config?.url?.startsWith(url)) await client.apply(customResourceDefinitions, definition, { force: true });
  }
}

async function liveConfigurations(client: Client) {
  const resources = await discover(client);
  const found = webhookConfigurations({ url: '', caBundle: '' }).map(async (declared) => {
    const resource = resourceOfObject(resources, declared as unknown as AnyObject, 'platform');
    const live = await isThere(client.get(resource, { name: declared.metadata.name ?? '' }));
    return live ? [{ resource, live: live as LiveConfiguration }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** What was found or done; nothing where there is no such object. */
async function isThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isStatusError(error, 'NotFound', 'Conflict')) return undefined;
    throw error;
  }
}
