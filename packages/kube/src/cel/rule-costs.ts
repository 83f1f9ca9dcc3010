import type { Environment } from '@marcbachmann/cel-js';
import type { FieldError, StructuralSchema } from '../schema/index.ts';
import { compileExpression } from './compile.ts';
import { leastBytes, maxRequestBytes } from './declared-size.ts';
import { estimateCost } from './estimate-cost.ts';
import { additional } from './values.ts';

/** What API servers let one rule, and all rules of a definition, cost at most (apiextensions, StaticEstimatedCostLimit). */
const ruleLimit = 10_000_000;
const definitionLimit = 100_000_000;

export interface RuleCost {
  /** `spec.nodes.additionalProperties`, of the schema that has the rule. */
  readonly path: string;
  readonly index: number;
  readonly rule: string;
  /** Over all places of one object where the rule is evaluated. */
  readonly cost: number;
}

/** The largest cost of every rule of a schema. Rules that do not compile are left out: others speak of them. */
export function ruleCosts(environment: Environment, root: StructuralSchema): RuleCost[] {
  const found: RuleCost[] = [];
  const visit = (schema: StructuralSchema, path: string, times: number | undefined): void => {
    const often = times ?? Math.floor(maxRequestBytes / (leastBytes(schema) + 1));
    (schema['x-kubernetes-validations'] ?? []).forEach(({ rule }, index) => {
      const once = costOf(environment, rule, schema);
      if (once !== undefined) found.push({ path, index, rule, cost: once * often });
    });
    for (const [name, field] of Object.entries(schema.properties ?? {}))
      visit(field, `${path}.properties[${name}]`, times);
    if (schema.items) visit(schema.items, `${path}.items`, within(times, schema.maxItems));
    const values = additional(schema);
    if (values) visit(values, `${path}.additionalProperties`, within(times, schema.maxProperties));
  };
  visit(root, '', 1);
  return found;
}

function within(times: number | undefined, most: number | undefined): number | undefined {
  return times === undefined || most === undefined ? undefined : times * most;
}

function costOf(environment: Environment, rule: string, schema: StructuralSchema): number | undefined {
  // What is not evaluated here is not judged either.
  if (!('expression' in compileExpression(environment, rule, ['bool']))) return undefined;
  return estimateCost(environment.parse(rule).ast, { self: schema, oldSelf: schema });
}

/** An error for each rule, and for the whole schema, that may cost more than API servers allow. */
export function checkRuleCosts(environment: Environment, schema: StructuralSchema, path: string): FieldError[] {
  const costs = ruleCosts(environment, schema);
  const errors = costs
    .filter(({ cost }) => cost > ruleLimit)
    .map((found): FieldError => {
      const factor = factorOf(found.cost / ruleLimit);
      return {
        path: `${path}${found.path}.x-kubernetes-validations[${found.index}].rule`,
        reason: 'FieldValueForbidden',
        message: `Forbidden: estimated rule cost exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`,
      };
    });
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total > definitionLimit) {
    errors.push({
      path,
      reason: 'FieldValueForbidden',
      message: `Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of ${factorOf(total / definitionLimit)} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`,
    });
  }
  return errors;
}

function factorOf(ratio: number): string {
  return ratio > 100 ? 'more than 100x' : `${ratio.toFixed(1)}x`;
}
