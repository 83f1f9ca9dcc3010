import type { Condition, ConfigMap } from '@serval/kube/objects';
import type { ConditionResult } from '../conditions/condition-result.ts';
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
const conditionsKey = 'conditions.json';

/** The ConfigMap in which the operator tells how the platform is, with what is told so far. */
export function healthConfigMap(namespace: string, data: Readonly<Record<string, string>>): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: healthConfigMapName, labels: { ...partOfLabels } },
    data: { ...data },
  };
}

/** Its keys about webhooks. What is as it was `told` before has been so since then, whoever looked at it meanwhile. */
export function webhookHealthData(
  seen: readonly WebhookHealth[],
  told: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const before = new Map(readWebhookHealth(told).map((check) => [check.name, check]));
  const checks = seen.map((check) => {
    const known = before.get(check.name);
    return known && known.failure?.reason === check.failure?.reason ? { ...check, since: known.since } : check;
  });
  const failing = checks.filter(({ failure }) => failure !== undefined);
  const summary =
    failing.length === 0
      ? `all ${checks.length} webhooks answer`
      : `${failing.length} of ${checks.length} webhooks do not answer: ${failing.map(({ name }) => name).join(', ')}`;
  return { summary, [key]: JSON.stringify(checks, null, 2) };
}

/** Its key of conditions of the platform. */
export function conditionsData(conditions: readonly Condition[]): Record<string, string> {
  return { [conditionsKey]: JSON.stringify(conditions, null, 2) };
}

/** Conditions of the platform as they were told. */
export function readConditions(data: Readonly<Record<string, string>> | undefined): Condition[] {
  return listIn(data?.[conditionsKey]).filter((each): each is Condition => typeof each?.type === 'string');
}

/** With the time of its last change: a condition that another replica told stays as it is. Without a result, there is none of the type. */
export function withCondition(
  told: readonly Condition[],
  type: string,
  result: ConditionResult | undefined,
  now: string,
): Condition[] {
  const others = told.filter((each) => each.type !== type);
  if (!result) return others;
  const before = told.find((each) => each.type === type);
  const lastTransitionTime = before?.status === result.status ? (before.lastTransitionTime ?? now) : now;
  // In one order, whoever tells.
  return [...others, { type, ...result, lastTransitionTime }].sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** What the operator told. Anything that it did not write is no news. */
export function readHealthConfigMap(configMap: ConfigMap | undefined): WebhookHealth[] {
  return readWebhookHealth(configMap?.data);
}

function readWebhookHealth(data: Readonly<Record<string, string>> | undefined): WebhookHealth[] {
  return listIn(data?.[key]).filter((each): each is WebhookHealth => typeof each?.name === 'string');
}

function listIn(text = '[]'): Partial<WebhookHealth & Condition>[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
