import type { Attributes } from './attributes.ts';

/** A rule of a Role or ClusterRole (`rbac.authorization.k8s.io/v1 PolicyRule`). */
export interface PolicyRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** Whether a rule lets a request through (upstream's RuleAllows). */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!holds(rule.verbs, attributes.verb)) return false;
  if (attributes.path !== undefined) return urlMatches(rule.nonResourceURLs, attributes.path);
  const { group, resource, subresource, name } = attributes;
  return (
    holds(rule.apiGroups, group) &&
    resourceMatches(rule.resources, resource, subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  );
}

/**
 * Whether `rules` allow all that `wanted` allows, so that who has `rules` may hand out `wanted`. Every combination of a
 * verb, group, resource and name must be covered by one rule.
 */
export function covers(rules: readonly PolicyRule[], wanted: PolicyRule): boolean {
  return (wanted.verbs ?? []).every(
    (verb) =>
      (wanted.nonResourceURLs ?? []).every((path) => rules.some((rule) => ruleAllows(rule, { verb, path }))) &&
      (wanted.apiGroups ?? []).every((group) =>
        (wanted.resources ?? []).every((named) =>
          (wanted.resourceNames?.length ? wanted.resourceNames : ['']).every((name) => {
            const [resource = '', subresource = ''] = named.split('/', 2);
            const attributes = { verb, group, version: '', resource, subresource, namespace: '', name };
            return rules.some((rule) => ruleAllows(rule, attributes));
          }),
        ),
      ),
  );
}

function holds(values: readonly string[] | undefined, wanted: string): boolean {
  return values !== undefined && (values.includes(wanted) || values.includes('*'));
}

function resourceMatches(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (resources === undefined) return false;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    resources.includes('*') ||
    resources.includes(whole) ||
    (subresource !== '' && resources.includes(`*/${subresource}`))
  );
}

function urlMatches(urls: readonly string[] | undefined, path: string): boolean {
  return (urls ?? []).some(
    (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
  );
}
