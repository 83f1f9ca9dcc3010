import { type AnyObject, labelSelectorMatcher } from '@serval/kube/objects';
import type { AdmissionAttributes } from '../registry/deps.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { Webhook, WebhookRule } from './configuration.ts';

export interface MatchContext {
  /** Labels of a namespace; `undefined` when there is none. */
  namespaceLabels(namespace: string): Record<string, string> | undefined;
  /** All versions and groups under which the same objects are served. */
  equivalents(resource: ServedResource): readonly ServedResource[];
}

/** The resource as which a webhook wants to see the request, or nothing when it does not concern it. */
export function matchWebhook(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  context: MatchContext,
): ServedResource | undefined {
  const { resource } = attributes;
  if (resource.group === 'admissionregistration.k8s.io') return undefined;
  const resources = webhook.matchPolicy === 'Equivalent' ? [resource, ...context.equivalents(resource)] : [resource];
  const found = resources.find((candidate) =>
    (webhook.rules ?? []).some((rule) => matchesRule(rule, candidate, attributes)),
  );
  if (!found) return undefined;
  return matchesNamespace(webhook, attributes, context) && matchesObject(webhook, attributes) ? found : undefined;
}

function matchesRule(
  rule: WebhookRule,
  resource: ServedResource,
  { operation, subresource }: AdmissionAttributes,
): boolean {
  const { scope = '*' } = rule;
  return (
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, resource.plural, subresource)) &&
    (scope === '*' || (scope === 'Namespaced') === resource.namespaced)
  );
}

function includes(list: readonly string[] | undefined, value: string): boolean {
  return list?.includes(value) === true || list?.includes('*') === true;
}

// `pods`, `pods/status`, `pods/*`, and the same with any resource.
function matchesResource(pattern: string, plural: string, subresource: string): boolean {
  const [resource, sub = ''] = pattern.split('/');
  return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource);
}

function matchesNamespace(
  { namespaceSelector }: Webhook,
  { resource, namespace, object, oldObject }: AdmissionAttributes,
  context: MatchContext,
): boolean {
  if (!namespaceSelector || isEmpty(namespaceSelector)) return true;
  const isNamespace = resource.group === '' && resource.plural === 'namespaces';
  if (!resource.namespaced && !isNamespace) return true;
  const labels = isNamespace ? (object ?? oldObject)?.metadata.labels : context.namespaceLabels(namespace);
  return labelSelectorMatcher(namespaceSelector)(labels ?? {});
}

function matchesObject({ objectSelector }: Webhook, { object, oldObject }: AdmissionAttributes): boolean {
  if (!objectSelector || isEmpty(objectSelector)) return true;
  const matches = labelSelectorMatcher(objectSelector);
  const hasLabels = (candidate: AnyObject | null) => candidate !== null && matches(candidate.metadata.labels ?? {});
  return hasLabels(object) || hasLabels(oldObject);
}

function isEmpty(selector: NonNullable<Webhook['objectSelector']>): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}
