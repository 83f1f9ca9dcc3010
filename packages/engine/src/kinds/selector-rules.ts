import { type AnyObject, labelSelectorMatcher, SelectorError } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { immutable, required, wrong } from './validation.ts';

/** A workload selects the Pods of its own template, and its selector stays (`apps/v1` validation). */
export function validateSelector(object: AnyObject, old?: AnyObject): FieldError[] {
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
