import { type KindVersion, promotionV1alpha1, servalKinds } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { configMapName } from '../config/serving-config.ts';
import { serviceLabel } from '../names.ts';
import { bundleCondition, secretCondition } from '../storage-config/names.ts';
import { defaultingPath, validatingPath, webhookPaths } from '../webhooks/paths.ts';
import { partOfLabels, restrictedNames, webhookConfigurationName } from './installed-names.ts';
import { clientConfigOf, type WebhookAddress } from './webhook-address.ts';

export interface WebhookRule {
  apiGroups: string[];
  apiVersions: string[];
  resources: string[];
  operations: string[];
  scope: 'Namespaced' | 'Cluster' | '*';
}
export interface Webhook {
  name: string;
  clientConfig: Record<string, unknown>;
  rules: WebhookRule[];
  objectSelector?: Record<string, unknown>;
  [field: string]: unknown;
}
export interface WebhookConfiguration extends KubeObject {
  webhooks: Webhook[];
}

export interface WebhookScope {
  /** The operator's own namespace, after which its configurations are called. */
  readonly namespace: string;
  /** Where services are served. */
  readonly watchNamespaces: readonly string[];
}

/**
 * What the API server asks before it stores an object of Serval's kinds, or a Pod of a service.
 *
 * @param scope  of a restricted operator: objects of other namespaces are not its business, nor are those that all share
 */
export function webhookConfigurations(address: WebhookAddress, scope?: WebhookScope): WebhookConfiguration[] {
  const kinds = scope ? servalKinds.filter(({ resource }) => resource.namespaced) : servalKinds;
  const defaulted = kinds.filter((kind) => kind.default);
  const configurations: [string, Webhook[]][] = [
    [
      'MutatingWebhookConfiguration',
      [
        ...defaulted.map((kind) => kindWebhook(kind, 'defaulter', clientConfigOf(address, defaultingPath(kind)))),
        kindWebhook(promotionV1alpha1, 'approver', clientConfigOf(address, webhookPaths.recordApprover)),
        podMutator(clientConfigOf(address, webhookPaths.mutatePod)),
      ],
    ],
    [
      'ValidatingWebhookConfiguration',
      [
        ...kinds.map((kind) => kindWebhook(kind, 'validator', clientConfigOf(address, validatingPath(kind)))),
        storageValidator('secret', secretCondition, clientConfigOf(address, webhookPaths.validateSecret)),
        storageValidator('configmap', bundleCondition, clientConfigOf(address, webhookPaths.validateConfigMap)),
        configValidator(clientConfigOf(address, webhookPaths.validateConfig), scope),
      ],
    ],
  ];
  const name = scope ? restrictedNames.webhookConfiguration(scope.namespace) : webhookConfigurationName;
  const selected = scope ? { namespaceSelector: namespaceSelector(scope.watchNamespaces) } : {};
  return configurations.map(([kind, webhooks]) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name, labels: { ...partOfLabels } },
    webhooks: webhooks.map((webhook) => ({ ...selected, ...webhook })),
  }));
}

/** By the label that API servers keep on every namespace (Kubernetes 1.21). */
function namespaceSelector(names: readonly string[]): Record<string, unknown> {
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...names] }] };
}

const common = {
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  // An object that nobody defaulted or checked would be found wrong only once it serves, or never.
  failurePolicy: 'Fail',
  // The handlers answer after nine seconds at the latest, with a reason; the API server's own limit tells none.
  timeoutSeconds: 10,
} as const;

/**
 * Changes of status and scale are no business of these webhooks: the rules name the resource alone, without its subresources.
 */
function kindWebhook(
  kind: KindVersion,
  role: 'defaulter' | 'approver' | 'validator',
  clientConfig: Record<string, unknown>,
): Webhook {
  const { group, version, plural, namespaced } = kind.resource;
  const versions = servalKinds.filter(({ resource }) => resource.plural === plural && resource.group === group);
  const isOneOfSeveral = versions.length > 1;
  return {
    name: `${isOneOfSeveral ? `${version}.` : ''}${kind.singular}.serval-webhook.${role}`,
    clientConfig,
    rules: [
      {
        apiGroups: [group],
        apiVersions: [version],
        resources: [plural],
        operations: ['CREATE', 'UPDATE'],
        scope: namespaced ? 'Namespaced' : 'Cluster',
      },
    ],
    ...common,
    // Where each version has a webhook of its own, an object is checked as it was written, so that errors name the fields that its
    // author sees; `Equivalent` would call the webhook of every other version as well.
    matchPolicy: isOneOfSeveral ? 'Exact' : 'Equivalent',
  };
}

function podMutator(clientConfig: Record<string, unknown>): Webhook {
  return {
    name: 'pod.serval-webhook.mutator',
    clientConfig,
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' }],
    ...common,
    matchPolicy: 'Equivalent',
    // Pods of others never wait for us, nor fail with us.
    objectSelector: { matchExpressions: [{ key: serviceLabel, operator: 'Exists' }] },
    // Webhooks that come later may change what the storage initializer is copied from.
    reinvocationPolicy: 'IfNeeded',
  };
}

/**
 * Secrets with storage entries, and ConfigMaps with certificates. Match conditions keep all others away from us, as a selector knows no
 * names; where an API server is too old for them (before 1.28), the handlers let the others pass.
 */
function storageValidator(
  singular: 'secret' | 'configmap',
  condition: string,
  clientConfig: Record<string, unknown>,
): Webhook {
  return lenientValidator(`${singular}.storage-config`, `${singular}s`, clientConfig, condition);
}

/** The platform's configuration, which is in its own namespace, served or not. The handler compares the namespace again. */
function configValidator(clientConfig: Record<string, unknown>, scope: WebhookScope | undefined): Webhook {
  const condition = `object.metadata.name == '${configMapName}'`;
  const selected = scope ? { namespaceSelector: namespaceSelector([scope.namespace]) } : {};
  return { ...lenientValidator('configuration', 'configmaps', clientConfig, condition), ...selected };
}

function lenientValidator(
  name: string,
  plural: string,
  clientConfig: Record<string, unknown>,
  condition: string,
): Webhook {
  return {
    name: `${name}.serval-webhook.validator`,
    clientConfig,
    rules: [
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: [plural],
        operations: ['CREATE', 'UPDATE'],
        scope: 'Namespaced',
      },
    ],
    ...common,
    // Secrets and ConfigMaps belong to everybody: without an operator they are written unchecked, and checked when they are used.
    failurePolicy: 'Ignore',
    timeoutSeconds: 5,
    matchPolicy: 'Equivalent',
    matchConditions: [{ name: name.split('.').at(-1), expression: condition }],
  };
}
