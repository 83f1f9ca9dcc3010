import {
  type Expression,
  entryKey,
  entryValue,
  type FunctionName,
  functions,
  releaseNamespace,
  releaseNamespaceInside,
} from './expression.ts';

const token = /\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))/y;

/**
 * Reads what `writeExpression` writes. Returns undefined for anything else: other functions, pipes, other variables, other fields of
 * `.Release` and so on.
 */
export function parseExpression(text: string): Expression | undefined {
  const tokens = tokensOf(text.trim());
  if (!tokens) return undefined;
  const rest = [...tokens];
  const expression = readCall(rest) ?? undefined;
  return rest.length === 0 ? expression : undefined;
}

function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) return undefined;
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

/** A call with its arguments, or a single operand. */
function readCall(tokens: string[]): Expression | undefined {
  const name = tokens[0];
  if (name === undefined || !Object.hasOwn(functions, name)) return readOperand(tokens);
  tokens.shift();
  const args: Expression[] = [];
  while (tokens.length > 0 && tokens[0] !== ')') {
    const arg = readOperand(tokens);
    if (!arg) return undefined;
    args.push(arg);
  }
  const { least, most } = functions[name as FunctionName];
  return args.length < least || args.length > most ? undefined : { op: 'call', name: name as FunctionName, args };
}

function readOperand(tokens: string[]): Expression | undefined {
  const first = tokens.shift();
  if (first === undefined || first === ')') return undefined;
  if (first === '(') {
    const inner = readCall(tokens);
    return tokens.shift() === ')' ? inner : undefined;
  }
  if (first.startsWith('"')) return textOf(first);
  if (first === '.Release.Namespace') return releaseNamespace;
  if (first === '$.Release.Namespace') return releaseNamespaceInside;
  if (first === '$key') return entryKey;
  if (first === '$value') return entryValue;
  const path = /^\.Values((?:\.[A-Za-z][A-Za-z0-9]*)+)$/.exec(first)?.[1];
  return path ? { op: 'value', path: path.slice(1).split('.') } : undefined;
}

function textOf(token: string): Expression | undefined {
  try {
    return { op: 'text', text: JSON.parse(token) as string };
  } catch {
    return undefined;
  }
}
