import { servingGroup } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { serviceLabel } from '../names.ts';
import { webhookPaths } from '../webhooks/paths.ts';

export const webhookServiceName = 'serval-webhook';

/** How API servers reach the webhooks: a Service of the cluster (also the embedded engine's way), or an address. */
export type WebhookAddress =
  | {
      readonly service: { readonly namespace: string; readonly name?: string; readonly port?: number };
      readonly caBundle?: string;
    }
  /** `https://host:port`, without path; `caBundle` is base64 of PEM. */
  | { readonly url: string; readonly caBundle: string };

interface WebhookRule {
  apiGroups: string[];
  apiVersions: string[];
  resources: string[];
  operations: string[];
  scope: 'Namespaced' | 'Cluster' | '*';
}
interface Webhook {
  name: string;
  clientConfig: Record<string, unknown>;
  rules: WebhookRule[];
  objectSelector?: Record<string, unknown>;
  [field: string]: unknown;
}
export interface WebhookConfiguration extends KubeObject {
  webhooks: Webhook[];
}

/** What the API server asks before it stores a service, a runtime or a Pod of a service. */
export function webhookConfigurations(address: WebhookAddress): WebhookConfiguration[] {
  const services = ruleFor(servingGroup, 'v1beta1', 'inferenceservices', ['CREATE', 'UPDATE']);
  const runtimes = ruleFor(servingGroup, 'v1alpha1', 'servingruntimes', ['CREATE', 'UPDATE']);
  const clusterRuntimes = ruleFor(servingGroup, 'v1alpha1', 'clusterservingruntimes', ['CREATE', 'UPDATE'], 'Cluster');
  const pods = ruleFor('', 'v1', 'pods', ['CREATE']);
  return [
    configuration('MutatingWebhookConfiguration', [
      webhook('inferenceservice.serval-webhook.defaulter', webhookPaths.defaultInferenceService, services, address),
      {
        ...webhook('pod.serval-webhook.mutator', webhookPaths.mutatePod, pods, address),
        // Pods of others never wait for us, nor fail with us.
        objectSelector: { matchExpressions: [{ key: serviceLabel, operator: 'Exists' }] },
        reinvocationPolicy: 'IfNeeded',
      },
    ]),
    configuration('ValidatingWebhookConfiguration', [
      webhook('inferenceservice.serval-webhook.validator', webhookPaths.validateInferenceService, services, address),
      webhook('servingruntime.serval-webhook.validator', webhookPaths.validateServingRuntime, runtimes, address),
      webhook(
        'clusterservingruntime.serval-webhook.validator',
        webhookPaths.validateClusterServingRuntime,
        clusterRuntimes,
        address,
      ),
    ]),
  ];
}

function configuration(kind: string, webhooks: Webhook[]): WebhookConfiguration {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'serval', labels: { 'app.kubernetes.io/part-of': 'serval' } },
    webhooks,
  };
}

function webhook(name: string, path: string, rule: WebhookRule, address: WebhookAddress): Webhook {
  return {
    name,
    clientConfig: clientConfigOf(address, path),
    rules: [rule],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    timeoutSeconds: 10,
  };
}

function clientConfigOf(address: WebhookAddress, path: string): Record<string, unknown> {
  const caBundle = address.caBundle ? { caBundle: address.caBundle } : {};
  if ('url' in address) return { url: `${address.url.replace(/\/+$/, '')}${path}`, ...caBundle };
  const { namespace, name = webhookServiceName, port = 443 } = address.service;
  return { service: { namespace, name, port, path }, ...caBundle };
}

function ruleFor(
  group: string,
  version: string,
  resource: string,
  operations: string[],
  scope: WebhookRule['scope'] = 'Namespaced',
): WebhookRule {
  return { apiGroups: [group], apiVersions: [version], resources: [resource], operations, scope };
}
