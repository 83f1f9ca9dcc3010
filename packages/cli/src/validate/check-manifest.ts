import { type CheckResult, checkObject, checkSchemaOf, type FieldValidation, kindOf } from '@serval/api';
import type { RuleChecker } from '@serval/kube/cel';
import type { AnyObject } from '@serval/kube/objects';
import { applyDefaults, type FieldError } from '@serval/kube/schema';

export type CheckManifest = (object: AnyObject) => CheckResult;

/** What etcd takes in one request. */
const maxObjectBytes = 1_572_864;

/**
 * Checks objects as API server and webhooks would together: size, fields, rules of the kind, and its rules in CEL, which need
 * an evaluator and are therefore looked at here and not in `api`.
 */
export async function createManifestCheck(fieldValidation: FieldValidation): Promise<CheckManifest> {
  const { createRuleChecker } = await import('@serval/kube/cel');
  const rules = createRuleChecker();
  return (object) => {
    const bytes = Buffer.byteLength(JSON.stringify(object));
    if (bytes > maxObjectBytes) return { errors: [tooLarge(bytes)], warnings: [] };
    const result = checkObject(object, { fieldValidation });
    return { ...result, errors: [...result.errors, ...ruleErrors(rules, object, result.errors)] };
  };
}

function ruleErrors(rules: RuleChecker, object: AnyObject, others: readonly FieldError[]): FieldError[] {
  const kind = kindOf(object.apiVersion, object.kind);
  // Rules may rely on the types that the schema promises.
  if (!kind || others.length > 0) return [];
  const schema = checkSchemaOf(kind);
  return rules.check(schema, applyDefaults(schema, object), undefined, others);
}

function tooLarge(bytes: number): FieldError {
  return {
    path: '',
    reason: 'FieldValueTooLong',
    message: `must have at most ${maxObjectBytes} bytes as JSON, as API servers store no more; it has ${bytes}`,
  };
}
