import type { CrdBundle } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { crdsFor, multiVersionCrdNames, webhookConfigurations } from '@serval/operator/declarations';
import { injectAnnotation, injectFrom } from './certificates.ts';
import type { Parts } from './parts.ts';

/** Both webhook configurations, calling the Service of the namespace. */
export function installedWebhookConfigurations(parts: Parts): AnyObject[] {
  return webhookConfigurations({ service: { namespace: parts.namespace } }).map((configuration) =>
    parts.certificates === 'cert-manager' ? injected(configuration, parts.namespace) : configuration,
  );
}

/** The definitions, with conversion where a kind has several versions and there are webhooks. */
export function installedCrds(parts: Parts, bundle: CrdBundle): AnyObject[] {
  const { namespace, webhooks, certificates } = parts;
  const converted = new Set(webhooks ? multiVersionCrdNames() : []);
  return crdsFor({ bundle, ...(webhooks ? { webhooks: { service: { namespace } } } : {}) }).map((crd) =>
    certificates === 'cert-manager' && converted.has(crd.metadata.name ?? '') ? injected(crd, namespace) : crd,
  ) as AnyObject[];
}

function injected(object: AnyObject, namespace: string): AnyObject {
  const annotations = { ...object.metadata.annotations, [injectAnnotation]: injectFrom(namespace) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
