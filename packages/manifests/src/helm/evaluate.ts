import type { Expression } from './expression.ts';
import { orderedJson } from './go-json.ts';

/** What templates can read. */
export interface Context {
  readonly values: Readonly<Record<string, unknown>>;
  readonly namespace: string;
  /** `group/version/Kind` of kinds that the cluster serves; asked for by the notes alone. */
  readonly apiVersions: ReadonlySet<string>;
  readonly key?: string;
  readonly value?: unknown;
}

/**
 * The value of an expression, as Helm would compute it.
 *
 * @throws TypeError where Helm would fail as well: a field of something that is not there, a function given what it does not take.
 */
export function evaluate(expression: Expression, context: Context): unknown {
  switch (expression.op) {
    case 'value':
      return expression.path.reduce<unknown>(
        (parent, field) => fieldOf(parent, field, expression.path),
        context.values,
      );
    case 'namespace':
      return context.namespace;
    case 'variable':
      return context[expression.name];
    case 'text':
      return expression.text;
    case 'call':
      return callOf(expression, context);
  }
}

/** What Go's templates take for true. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

function callOf(call: Extract<Expression, { op: 'call' }>, context: Context): unknown {
  // `and` and `or` stop at the argument that decides, and give it.
  if (call.name === 'and' || call.name === 'or') {
    let result: unknown;
    for (const arg of call.args) {
      result = evaluate(arg, context);
      if (isTrue(result) === (call.name === 'or')) return result;
    }
    return result;
  }
  const args = call.args.map((arg) => evaluate(arg, context));
  switch (call.name) {
    case 'toJson':
      return orderedJson(args[0]);
    case 'toPrettyJson':
      return orderedJson(args[0], 2);
    case 'printf':
      return formatted(args);
    case 'join':
      return joined(args);
    case 'default':
      return isTrue(args[1]) ? args[1] : args[0];
    case 'ternary':
      return args[2] === true ? args[0] : args[1];
    case 'empty':
    case 'not':
      return !isTrue(args[0]);
    case 'eq':
      return args[0] === args[1];
    case '.Capabilities.APIVersions.Has':
      return context.apiVersions.has(String(args[0]));
  }
}

function fieldOf(parent: unknown, field: string, path: readonly string[]): unknown {
  if (typeof parent !== 'object' || parent === null) {
    throw new TypeError(`.Values.${path.join('.')}: ${field} is a field of nothing`);
  }
  return Object.hasOwn(parent, field) ? (parent as Record<string, unknown>)[field] : undefined;
}

function joined([separator, items]: readonly unknown[]): string {
  if (typeof separator !== 'string' || !Array.isArray(items)) throw new TypeError('join takes a text and a list');
  return items.map(String).join(separator);
}

/** `%s` of texts is all that is used. */
function formatted([format, ...args]: readonly unknown[]): string {
  const pieces = String(format).split('%s');
  if (pieces.length !== args.length + 1 || !args.every((arg) => typeof arg === 'string')) {
    throw new TypeError(`printf ${JSON.stringify(format)} takes ${pieces.length - 1} texts`);
  }
  return pieces.map((piece, index) => (index === 0 ? piece : `${args[index - 1]}${piece}`)).join('');
}
