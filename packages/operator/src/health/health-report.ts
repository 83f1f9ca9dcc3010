import type { ConfigMap } from '@serval/kube/objects';
import { healthConfigMapName, partOfLabels } from '../declarations/installed-names.ts';
import type { Failure } from './explain-failure.ts';

/** How one webhook is, as seen from where API servers call it. */
export interface WebhookHealth {
  /** `ValidatingWebhookConfiguration/serval inferenceservice.serval-webhook.validator`. */
  readonly name: string;
  /** Nothing while it is well. */
  readonly failure?: Failure;
  /** Since when it is so, RFC 3339. */
  readonly since: string;
}

const key = 'webhooks.json';

/** The ConfigMap in which the operator tells how its webhooks are. */
export function healthConfigMap(namespace: string, checks: readonly WebhookHealth[]): ConfigMap {
  const failing = checks.filter(({ failure }) => failure !== undefined);
  const summary =
    failing.length === 0
      ? `all ${checks.length} webhooks answer`
      : `${failing.length} of ${checks.length} webhooks do not answer: ${failing.map(({ name }) => name).join(', ')}`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: healthConfigMapName, labels: { ...partOfLabels } },
    data: { summary, [key]: JSON.stringify(checks, null, 2) },
  };
}

/** What the operator told. Anything that it did not write is no news. */
export function readHealthConfigMap(configMap: ConfigMap | undefined): WebhookHealth[] {
  try {
    const checks: unknown = JSON.parse(configMap?.data?.[key] ?? '[]');
    return Array.isArray(checks) ? checks.filter((check) => typeof check?.name === 'string') : [];
  } catch {
    return [];
  }
}
