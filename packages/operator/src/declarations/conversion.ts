import { type CrdBundle, type CustomResourceDefinition, crds, servalKinds } from '@serval/api';
import { webhookPaths } from '../webhooks/paths.ts';
import { clientConfigOf, type WebhookAddress } from './webhook-address.ts';

/** `spec.conversion` of a definition. */
export interface ConversionStanza {
  strategy: 'None' | 'Webhook';
  webhook?: { clientConfig: Record<string, unknown>; conversionReviewVersions: string[] };
}

/** `spec.conversion` of a definition with several versions: the API server asks the webhooks. */
export function conversionStanza(address: WebhookAddress): ConversionStanza {
  return {
    strategy: 'Webhook',
    webhook: { clientConfig: clientConfigOf(address, webhookPaths.convert), conversionReviewVersions: ['v1'] },
  };
}

/** Names of the definitions whose kind has several versions. */
export function multiVersionCrdNames(): string[] {
  const versions = Map.groupBy(servalKinds, ({ resource }) => `${resource.plural}.${resource.group}`);
  return [...versions].flatMap(([name, { length }]) => (length > 1 ? [name] : []));
}

/**
 * Serval's definitions for an installation with or without webhooks. Without, nobody converts: only the version that is stored is
 * served, as the strategy `None` would pass fields of one version off as another's.
 */
export function crdsFor({
  bundle,
  webhooks,
}: {
  bundle?: CrdBundle;
  webhooks?: WebhookAddress;
} = {}): CustomResourceDefinition[] {
  return crds(bundle ? { bundle } : {}).map((crd) => {
    if (crd.spec.versions.length === 1) return crd;
    if (webhooks) return { ...crd, spec: { ...crd.spec, conversion: conversionStanza(webhooks) } };
    const versions = crd.spec.versions.map((version) => ({ ...version, served: version.storage }));
    return { ...crd, spec: { ...crd.spec, versions, conversion: { strategy: 'None' as const } } };
  });
}
