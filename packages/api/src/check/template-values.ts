import type { FieldError } from '@serval/kube/schema';
import { valueAt } from './field-path.ts';

/**
 * The errors without those about values of enums that are Go templates: KServe fills them in runtimes and LLM configurations before it
 * makes Pods of them, and its definitions leave Pod parts without enums (its own configurations have such a `scheme` of probes).
 */
export function withoutTemplateErrors(errors: readonly FieldError[], object: object): FieldError[] {
  return errors.filter(({ path, reason }) => {
    if (reason !== 'FieldValueNotSupported') return true;
    const value = valueAt(object, path);
    return typeof value !== 'string' || !/\{\{.*\}\}/s.test(value);
  });
}
