import { ManifestsError } from '../manifests-error.ts';

/**
 * What the generated templates compute with: references, texts, and calls of the functions below, in prefix form without pipes. The list is
 * closed: the writer writes nothing else, and the offline render refuses anything else.
 */
export type Expression =
  | { readonly op: 'value'; readonly path: readonly string[] }
  /** `isInside` a `range`, the release is reached from the root. */
  | { readonly op: 'namespace'; readonly isInside?: true }
  /** Of the entries of a map, or the items of a list, inside `range`. */
  | { readonly op: 'variable'; readonly name: 'key' | 'value' }
  | { readonly op: 'text'; readonly text: string }
  | { readonly op: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] };

/** Functions of Go's templates and of Sprig, with the number of arguments they are called with here. */
export const functions = {
  toJson: { least: 1, most: 1 },
  toPrettyJson: { least: 1, most: 1 },
  printf: { least: 1, most: 9 },
  default: { least: 2, most: 2 },
  join: { least: 2, most: 2 },
  ternary: { least: 3, most: 3 },
  empty: { least: 1, most: 1 },
  not: { least: 1, most: 1 },
  eq: { least: 2, most: 2 },
  and: { least: 2, most: 9 },
  or: { least: 2, most: 9 },
  '.Capabilities.APIVersions.Has': { least: 1, most: 1 },
} as const satisfies Record<string, { least: number; most: number }>;

export type FunctionName = keyof typeof functions;

export const releaseNamespace: Expression = { op: 'namespace' };
export const releaseNamespaceInside: Expression = { op: 'namespace', isInside: true };
export const entryKey: Expression = { op: 'variable', name: 'key' };
export const entryValue: Expression = { op: 'variable', name: 'value' };

/** A value of `values.yaml`, by its dotted path. */
export function value(path: string): Expression {
  return { op: 'value', path: path.split('.') };
}

export function literal(text: string): Expression {
  return { op: 'text', text };
}

export function call(name: FunctionName, ...args: Expression[]): Expression {
  return { op: 'call', name, args };
}

export const not = (condition: Expression): Expression => call('not', condition);
export const empty = (of: Expression): Expression => call('empty', of);

/** All of them; a single one stands for itself. */
export function and(...conditions: Expression[]): Expression {
  const [first, ...others] = conditions;
  if (!first) throw new ManifestsError('BadSource', 'a condition of nothing');
  return others.length === 0 ? first : call('and', ...conditions);
}

export function or(...conditions: Expression[]): Expression {
  const [first, ...others] = conditions;
  if (!first) throw new ManifestsError('BadSource', 'a condition of nothing');
  return others.length === 0 ? first : call('or', ...conditions);
}

/** As Go reads it. Arguments that are calls stand between parentheses. */
export function writeExpression(expression: Expression, isArgument = false): string {
  switch (expression.op) {
    case 'value':
      return ['', 'Values', ...expression.path].join('.');
    case 'namespace':
      return expression.isInside ? '$.Release.Namespace' : '.Release.Namespace';
    case 'variable':
      return `$${expression.name}`;
    case 'text':
      return JSON.stringify(expression.text);
    case 'call': {
      const text = [expression.name, ...expression.args.map((arg) => writeExpression(arg, true))].join(' ');
      return isArgument ? `(${text})` : text;
    }
  }
}

/** The same inside of a `range`. */
export function insideRange(expression: Expression): Expression {
  if (expression.op === 'namespace') return releaseNamespaceInside;
  return expression.op === 'call' ? { ...expression, args: expression.args.map(insideRange) } : expression;
}

/** Every value that an expression reads, as dotted paths. */
export function valuesOf(expression: Expression): string[] {
  if (expression.op === 'value') return [expression.path.join('.')];
  return expression.op === 'call' ? expression.args.flatMap(valuesOf) : [];
}
