import { type AnyObject, deepEqual, labelSelectorMatcher, SelectorError } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { restartPolicies, validatePodSpec } from './pod-rules.ts';
import { immutable, negatives, required, wrong } from './validation.ts';

/** Rules of Deployments and ReplicaSets. What an update leaves as it was is not judged again. */
export function validateWorkload(object: AnyObject, old?: AnyObject): FieldError[] {
  const { template } = object['spec'] ?? {};
  const isSame = old && deepEqual(template, old['spec']?.template);
  return [
    ...negatives(object, ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']),
    ...validateSelector(object, old),
    ...(isSame ? [] : validatePodSpec(template?.spec, 'spec.template.spec', restartPolicies.workload)),
  ];
}

/** A workload selects the Pods of its own template, and its selector stays (`apps/v1` validation). */
function validateSelector(object: AnyObject, old?: AnyObject): FieldError[] {
  const { selector, template } = object['spec'] ?? {};
  if (old) {
    const changed = immutable('spec.selector', selector, old['spec']?.selector);
    if (changed.length > 0) return changed;
  }
  if (!selector) return [required('spec.selector')];
  const terms = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length;
  if (terms === 0) return [wrong('spec.selector', selector, 'empty selector is invalid for deployment')];
  try {
    if (!labelSelectorMatcher(selector)(template?.metadata?.labels)) {
      const labels = template?.metadata?.labels ?? {};
      return [wrong('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')];
    }
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    return [wrong('spec.selector', selector, error.message)];
  }
  return [];
}
