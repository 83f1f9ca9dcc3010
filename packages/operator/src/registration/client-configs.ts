import type { KubeObject } from '@serval/kube/objects';
import type { StoredClientConfig, StoredWebhookConfiguration } from './webhook-objects.ts';

/** A place in an object where API servers read how to reach a webhook. */
export interface FoundClientConfig {
  /** The webhook's name in its configuration; `conversion` for a definition's. */
  readonly webhook: string;
  /** JSON pointer to the `clientConfig`. */
  readonly pointer: string;
  readonly clientConfig: StoredClientConfig;
  /** Kind and version that it is asked about, from its path and rules; for conversion the group's `apiVersion`. */
  readonly path: string;
}

interface StoredDefinition extends KubeObject {
  spec?: { conversion?: { webhook?: { clientConfig?: StoredClientConfig } } };
}

/** Every `clientConfig` of a webhook configuration or a definition. */
export function clientConfigsOf(object: KubeObject): FoundClientConfig[] {
  const { clientConfig } = (object as StoredDefinition).spec?.conversion?.webhook ?? {};
  const conversion = clientConfig ? [found('conversion', '/spec/conversion/webhook/clientConfig', clientConfig)] : [];
  const { webhooks } = object as StoredWebhookConfiguration;
  const admission = (Array.isArray(webhooks) ? webhooks : []).map(({ name, clientConfig }, index) =>
    found(name, `/webhooks/${index}/clientConfig`, clientConfig),
  );
  return [...conversion, ...admission];
}

function found(webhook: string, pointer: string, clientConfig: StoredClientConfig): FoundClientConfig {
  const path = clientConfig.url ? new URL(clientConfig.url).pathname : (clientConfig.service?.path ?? '/');
  return { webhook, pointer, clientConfig, path };
}
