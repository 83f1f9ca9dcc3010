import type { AnyObject } from '@serval/kube/objects';
import { webhookConfigurations } from '@serval/operator/declarations';
import { injected } from './certificates.ts';
import type { Parts } from './parts.ts';

/** Both webhook configurations, calling the Service of the namespace. */
export function installedWebhookConfigurations(parts: Parts): AnyObject[] {
  const { namespace, restricted } = parts;
  const scope = restricted && { namespace, watchNamespaces: restricted.watchNamespaces };
  return webhookConfigurations({ service: { namespace } }, scope).map((configuration) =>
    parts.certificates === 'cert-manager' ? injected(configuration, parts.namespace) : configuration,
  );
}
