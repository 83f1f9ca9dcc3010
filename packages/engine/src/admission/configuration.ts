import type { LabelSelector } from '@serval/kube/objects';
import type { Operation } from '../registry/deps.ts';
import type { WebhookClientConfig } from './webhook-client.ts';

export interface WebhookRule {
  operations?: (Operation | '*')[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  scope?: 'Cluster' | 'Namespaced' | '*';
}

/** One webhook of a `MutatingWebhookConfiguration` or `ValidatingWebhookConfiguration`, defaults filled in. */
export interface Webhook {
  name: string;
  clientConfig: WebhookClientConfig;
  rules?: WebhookRule[];
  failurePolicy: 'Fail' | 'Ignore';
  matchPolicy: 'Exact' | 'Equivalent';
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  sideEffects?: string;
  timeoutSeconds: number;
  reinvocationPolicy?: 'Never' | 'IfNeeded';
  /** All must be true for the webhook to be called. */
  matchConditions?: MatchCondition[];
}

export interface MatchCondition {
  name: string;
  /** CEL over `object`, `oldObject` and `request`. */
  expression: string;
}
