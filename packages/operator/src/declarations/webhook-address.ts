import { webhookServiceName } from './installed-names.ts';

/** How API servers reach the webhooks: a Service of the cluster (also the embedded engine's way), or an address. */
export type WebhookAddress =
  | {
      readonly service: { readonly namespace: string; readonly name?: string; readonly port?: number };
      readonly caBundle?: string;
    }
  /** `https://host:port`, without path; `caBundle` is base64 of PEM. */
  | { readonly url: string; readonly caBundle: string };

/** `clientConfig` of a webhook or of a conversion stanza. */
export function clientConfigOf(address: WebhookAddress, path: string): Record<string, unknown> {
  const caBundle = address.caBundle ? { caBundle: address.caBundle } : {};
  if ('url' in address) return { url: `${address.url.replace(/\/+$/, '')}${path}`, ...caBundle };
  const { namespace, name = webhookServiceName, port = 443 } = address.service;
  return { service: { namespace, name, port, path }, ...caBundle };
}
