import type { Environment } from '@marcbachmann/cel-js';
import { Optional } from '@marcbachmann/cel-js';
import { deepEqual, type Json, type JsonObject } from '../objects/index.ts';
import { type CelRule, type FieldError, fieldPath, listKeyOf, type StructuralSchema } from '../schema/index.ts';
import { compileExpression, type Expression, summaryOf } from './compile.ts';
import { createCelEnvironment } from './environment.ts';
import { ruleFailure, skippedRules } from './failure.ts';
import { checkRuleCosts } from './rule-costs.ts';
import { createTimeLimit, TimeLimitExceeded } from './time-limit.ts';
import { additional, createConverter } from './values.ts';

/** The rules of one schema, ready to be evaluated; rules that need a library that is not here are left out. */
interface CompiledRule {
  rule: CelRule;
  evaluate: Expression;
  message: Expression | undefined;
  usesOld: boolean;
}

interface Walk {
  convert: ReturnType<typeof createConverter>;
  errors: FieldError[];
}

// For all rules of one write. Upstream allows a cost that takes about as long.
const limitMs = 1_000;
const maxErrors = 100;

/** Evaluates `x-kubernetes-validations`. */
export interface RuleChecker {
  /**
   * What the rules of a schema say against an object; when its other errors keep them from being evaluated, that they were not.
   * With `old`, rules that do not mention `oldSelf` leave alone what did not change; transition rules are evaluated only where an
   * old value can be found.
   */
  check(schema: StructuralSchema, object: object, old: object | undefined, others: readonly FieldError[]): FieldError[];
  /** What is wrong with the rules of a schema themselves: they do not compile, or may cost more than API servers allow. */
  checkSchema(schema: StructuralSchema, path: string): FieldError[];
  /** Rules that are not evaluated, as they use a library that is not here. */
  unsupported(schema: StructuralSchema): { path: string; rule: string; uses: string }[];
}

export function createRuleChecker(): RuleChecker {
  let environment: Environment | undefined;
  const runLimited = createTimeLimit();
  const compiled = new WeakMap<StructuralSchema, CompiledRule[]>();
  const hasRules = new WeakMap<StructuralSchema, boolean>();

  // Made when first needed: most engines serve definitions long before one with rules is written to.
  const cel = () => {
    environment ??= createCelEnvironment(['self', 'oldSelf']);
    return environment;
  };

  function rulesOf(schema: StructuralSchema): CompiledRule[] {
    let rules = compiled.get(schema);
    if (!rules) {
      rules = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => compileRule(cel(), rule));
      compiled.set(schema, rules);
    }
    return rules;
  }

  function anyRules(schema: StructuralSchema | undefined): boolean {
    if (!schema) return false;
    let found = hasRules.get(schema);
    if (found === undefined) {
      found =
        (schema['x-kubernetes-validations'] ?? []).length > 0 ||
        childrenOf(schema).some(([, child]) => anyRules(child));
      hasRules.set(schema, found);
    }
    return found;
  }

  function walk(
    state: Walk,
    schema: StructuralSchema | undefined,
    value: Json,
    old: Json | undefined,
    path: string,
  ): void {
    if (!schema || value === null || !anyRules(schema) || state.errors.length >= maxErrors) return;
    for (const rule of rulesOf(schema)) evaluateRule(state, rule, schema, value, old, path);
    if (Array.isArray(value)) walkList(state, schema, value, old, path);
    else if (typeof value === 'object') {
      const before = isObject(old) ? old : undefined;
      for (const [key, field] of Object.entries(value)) {
        if (field === undefined) continue;
        const named = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
        walk(state, named ?? additional(schema), field, before?.[key], fieldPath(path, key));
      }
    }
  }

  function walkList(state: Walk, schema: StructuralSchema, list: Json[], old: Json | undefined, path: string): void {
    const isMap = schema['x-kubernetes-list-type'] === 'map';
    const before =
      isMap && Array.isArray(old) ? new Map(old.map((item) => [listKeyOf(schema, item), item])) : undefined;
    list.forEach((item, i) => {
      walk(state, schema.items, item, before?.get(listKeyOf(schema, item)), `${path}[${i}]`);
    });
  }

  return {
    check(schema, object, old, others) {
      if (!anyRules(schema)) return [];
      const skipped = skippedRules(others);
      if (skipped) return [skipped];
      const state: Walk = { convert: createConverter(), errors: [] };
      try {
        runLimited(() => walk(state, schema, object as Json, old as Json | undefined, ''), limitMs);
      } catch (error) {
        if (!(error instanceof TimeLimitExceeded)) throw error;
        const detail = 'validation failed due to running out of cost budget, no further validation rules will be run';
        state.errors.push(ruleFailure('', undefined, detail));
      }
      return state.errors;
    },
    checkSchema(schema, path) {
      if (!anyRules(schema)) return [];
      return [...checkRules(cel, schema, path), ...checkRuleCosts(cel(), schema, path)];
    },
    unsupported: (schema) => (anyRules(schema) ? unsupportedRules(cel(), schema) : []),
  };
}

function evaluateRule(
  state: Walk,
  { rule, evaluate, message, usesOld }: CompiledRule,
  schema: StructuralSchema,
  value: Json,
  old: Json | undefined,
  path: string,
): void {
  if (usesOld && old === undefined && !rule.optionalOldSelf) return;
  if (!usesOld && old !== undefined && deepEqual(old, value)) return;
  const isRoot = path === '';
  const variables: Record<string, unknown> = { self: state.convert(schema, value, isRoot) };
  if (usesOld) {
    const before = old === undefined ? undefined : state.convert(schema, old, isRoot);
    variables['oldSelf'] = rule.optionalOldSelf
      ? before === undefined
        ? Optional.none()
        : Optional.of(before)
      : before;
  }
  const at = rule.fieldPath ? joinPath(path, rule.fieldPath) : path;
  try {
    if (evaluate(variables) === true) return;
    const said = message && evaluateMessage(message, variables);
    const text = said ?? rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`;
    state.errors.push(ruleFailure(at, said === undefined ? value : undefined, text, rule.reason));
  } catch (error) {
    state.errors.push(
      ruleFailure(at, value, `${summaryOf(error)} evaluating rule: ${rule.message ?? rule.rule.trim()}`),
    );
  }
}

/** A message expression that fails, or says nothing that fits in a line, gives way to the message. */
function evaluateMessage(message: Expression, variables: Record<string, unknown>): string | undefined {
  try {
    const text = message(variables);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : undefined;
  } catch {
    return undefined;
  }
}

function joinPath(path: string, relative: string): string {
  const joined = path + relative.replace(/\['([^']*)'\]/g, '.$1');
  return joined.replace(/^\./, '');
}

function compileRule(environment: Environment, rule: CelRule): CompiledRule[] {
  const main = compileExpression(environment, rule.rule, ['bool']);
  // Refused when the definition was written; one from before that is not evaluated.
  if (!('expression' in main)) return [];
  const message = rule.messageExpression
    ? compileExpression(environment, rule.messageExpression, ['string'])
    : undefined;
  return [
    {
      rule,
      evaluate: main.expression,
      message: message && 'expression' in message ? message.expression : undefined,
      usesOld: /\boldSelf\b/.test(rule.rule),
    },
  ];
}

const reasons = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate'];

function checkRules(cel: () => Environment, schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (at: string, value: unknown, detail: string) =>
    errors.push({
      path: at,
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
    });
  (schema['x-kubernetes-validations'] ?? []).forEach((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`;
    if (!rule.rule?.trim()) {
      errors.push({
        path: `${at}.rule`,
        reason: 'FieldValueRequired',
        message: 'Required value: rule is not specified',
      });
      return;
    }
    const main = compileExpression(cel(), rule.rule, ['bool']);
    if ('error' in main) invalid(`${at}.rule`, rule.rule, main.error);
    if (rule.messageExpression) {
      const message = compileExpression(cel(), rule.messageExpression, ['string']);
      if ('error' in message) invalid(`${at}.messageExpression`, rule.messageExpression, message.error);
    }
    if (rule.reason && !reasons.includes(rule.reason)) {
      const supported = reasons.map((reason) => JSON.stringify(reason)).join(', ');
      errors.push({
        path: `${at}.reason`,
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(rule.reason)}: supported values: ${supported}`,
      });
    }
  });
  for (const [name, child] of childrenOf(schema)) errors.push(...checkRules(cel, child, `${path}.${name}`));
  return errors;
}

function unsupportedRules(
  environment: Environment,
  schema: StructuralSchema,
  path = '',
): { path: string; rule: string; uses: string }[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }) => {
    const main = compileExpression(environment, rule, ['bool']);
    return 'unsupported' in main ? [{ path, rule, uses: main.unsupported }] : [];
  });
  return childrenOf(schema).reduce(
    (found, [name, child]) => found.concat(unsupportedRules(environment, child, `${path}.${name}`)),
    own,
  );
}

function childrenOf(schema: StructuralSchema): [string, StructuralSchema][] {
  const { items } = schema;
  const values = additional(schema);
  return [
    ...Object.entries(schema.properties ?? {}).map(([name, child]): [string, StructuralSchema] => [
      `properties[${name}]`,
      child,
    ]),
    ...(items ? [['items', items] as [string, StructuralSchema]] : []),
    ...(values ? [['additionalProperties', values] as [string, StructuralSchema]] : []),
  ];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
