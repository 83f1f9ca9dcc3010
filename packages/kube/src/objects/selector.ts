import { checkLabelKey, checkLabelValue } from './names.ts';
import type { LabelSelector } from './workloads.ts';

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

/** One term of a label selector; a selector is a list of terms that must all hold. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>> | undefined;

export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/** A longer selector is refused; a URL could not carry it anyway. */
const maxSelectorLength = 65_536;

/**
 * `matchLabels` of one label map: every label present with exactly that value. An empty or absent map matches nothing here,
 * as a Service without selector has no Pods; use `labelSelectorMatcher` for `metav1.LabelSelector`.
 */
export function matchesEveryLabel(wanted: Labels, labels: Labels): boolean {
  const entries = Object.entries(wanted ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labelValue(labels, key) === value);
}

/**
 * Does the object with these labels satisfy every requirement? `NotIn` holds for an absent label too, as `!=` does.
 */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every((requirement) => holds(requirement, labelValue(labels, requirement.key)));
}

function holds({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isInteger(value) && BigInt(value) > BigInt(values[0] as string);
    case 'Lt':
      return isInteger(value) && BigInt(value) < BigInt(values[0] as string);
  }
}

function labelValue(labels: Labels, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function isInteger(value: string | undefined): value is string {
  return value !== undefined && /^[+-]?\d{1,19}$/.test(value);
}

/**
 * Requirements of a `metav1.LabelSelector`: empty matches everything; `undefined` is for the caller to decide
 * (`metav1.LabelSelectorAsSelector` lets an absent selector match nothing).
 *
 * @throws SelectorError for a bad key, value, operator or number of values.
 */
export function labelRequirements(selector: LabelSelector): LabelRequirement[] {
  const equalities = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => requirement(key, 'In', [value]));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) =>
    requirement(key, operator, values ?? []),
  );
  return [...equalities, ...expressions];
}

/** A matcher of a `metav1.LabelSelector`; an absent selector matches nothing, an empty one everything. */
export function labelSelectorMatcher(selector: LabelSelector | undefined): (labels: Labels) => boolean {
  if (selector === undefined) return () => false;
  const requirements = labelRequirements(selector);
  return (labels) => matchesLabels(requirements, labels);
}

function requirement(key: string, operator: SelectorOperator, values: readonly string[]): LabelRequirement {
  const problem = checkRequirement(key, operator, values);
  if (problem) throw new SelectorError(`label selector "${key}": ${problem}`);
  return { key, operator, values };
}

function checkRequirement(key: string, operator: SelectorOperator, values: readonly string[]): string | undefined {
  // Selectors come from requests too, before anybody has looked at their types.
  if (typeof key !== 'string') return 'the key of an expression must be a string';
  const badKey = checkLabelKey(key);
  if (badKey) return `key ${badKey}`;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) return `${operator} needs at least one value`;
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) return `${operator} takes no values`;
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1 || !isInteger(values[0])) return `${operator} needs one whole number`;
      break;
    default:
      return `unknown operator ${JSON.stringify(operator)}; expected In, NotIn, Exists or DoesNotExist`;
  }
  for (const value of values) {
    const bad = checkLabelValue(value);
    if (bad) return `value "${value.slice(0, 80)}" ${bad}`;
  }
  return undefined;
}

/**
 * Parses `app=web,tier!=cache,env in (a,b),env notin (c),release,!legacy,size>3` (`labels.Parse`). Empty text: no
 * requirements, matches everything.
 *
 * @throws SelectorError naming the text and the place.
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  if (text.length > maxSelectorLength) {
    throw new SelectorError(`label selector of ${text.length} characters; at most ${maxSelectorLength} are taken`);
  }
  const tokens = tokenize(text);
  const requirements: LabelRequirement[] = [];
  let at = 0;
  const fail = (expected: string): never => {
    const found = tokens[at];
    throw new SelectorError(
      `unable to parse label selector "${text}": ${found ? `found "${found}"` : 'found the end'}, expected ${expected}`,
    );
  };
  const word = (what: string): string => {
    const token = tokens[at];
    if (token === undefined || isSymbol(token)) return fail(what);
    at += 1;
    return token;
  };
  const optionalWord = (): string => {
    const token = tokens[at];
    if (token === undefined || isSymbol(token)) return '';
    at += 1;
    return token;
  };
  const valueSet = (): string[] => {
    if (tokens[at] !== '(') fail('"("');
    at += 1;
    const values = [optionalWord()];
    while (tokens[at] === ',') {
      at += 1;
      values.push(optionalWord());
    }
    if (tokens[at] !== ')') fail('"," or ")"');
    at += 1;
    return [...new Set(values)];
  };

  const parseOne = (): LabelRequirement => {
    if (tokens[at] === '!') {
      at += 1;
      return requirement(word('a label key'), 'DoesNotExist', []);
    }
    const key = word('a label key');
    const operator = tokens[at];
    if (operator === undefined || operator === ',') return requirement(key, 'Exists', []);
    at += 1;
    switch (operator) {
      case '=':
      case '==':
        return requirement(key, 'In', [optionalWord()]);
      case '!=':
        return requirement(key, 'NotIn', [optionalWord()]);
      case '>':
        return requirement(key, 'Gt', [word('a number')]);
      case '<':
        return requirement(key, 'Lt', [word('a number')]);
      case 'in':
        return requirement(key, 'In', valueSet());
      case 'notin':
        return requirement(key, 'NotIn', valueSet());
      default:
        at -= 1;
        return fail('one of =, ==, !=, in, notin, >, <');
    }
  };

  while (at < tokens.length) {
    requirements.push(parseOne());
    if (at === tokens.length) break;
    if (tokens[at] !== ',') fail('"," or the end');
    at += 1;
    if (at === tokens.length) fail('a label key after ","');
  }
  return requirements;
}

function tokenize(text: string): string[] {
  return text.match(/==|!=|[=!<>(),]|[^\s=!<>(),]+/g) ?? [];
}

function isSymbol(token: string): boolean {
  return /^[=!<>(),]/.test(token);
}

/** The text of requirements; `parseLabelSelector` reads it back. */
export function formatLabelSelector(requirements: readonly LabelRequirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}
