import type { Environment, ParseResult } from '@marcbachmann/cel-js';

/** What an expression gave, or why it gave nothing. */
export type Expression = (variables: Record<string, unknown>) => unknown;

export type Compiled =
  | { expression: Expression }
  /** Uses a library that is not here: such a rule is not evaluated. */
  | { unsupported: string }
  | { error: string };

// Functions that the API server knows and this evaluator does not. A rule that calls one must not make a definition unusable.
const missingLibraries =
  /\b(?:semver|isSemver|authorizer|format|math|base64|transformList|transformMap|transformMapEntry|reverse|optMap|optFlatMap)\b|\b(?:all|exists|exists_one|existsOne)\(\s*\w+\s*,\s*\w+\s*,/;

/** Compiles an expression whose result must be of one of `types`. Never throws. */
export function compileExpression(environment: Environment, source: string, types: readonly string[]): Compiled {
  let parsed: ParseResult;
  try {
    parsed = environment.parse(withFieldTests(source));
    const check = parsed.check();
    if (!check.valid) throw check.error;
    if (check.type !== undefined && check.type !== 'dyn' && !types.includes(check.type)) {
      return { error: `must evaluate to ${types.join(' or ')}, got ${check.type}` };
    }
  } catch (error) {
    const unsupported = missingLibraries.exec(source)?.[0];
    return unsupported ? { unsupported } : { error: `compilation failed: ${summaryOf(error)}` };
  }
  return { expression: (variables) => parsed(variables) };
}

/** String literals, raw and triple-quoted ones too, or the macro `has`. */
const literalOrHas =
  /[rRbB]*(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<![\w.])has(?=\s*\()/g;

/** With our own `has`: the evaluator's takes names and dots only, and rules say `has(self[0].name)` too. */
function withFieldTests(source: string): string {
  return source.replace(literalOrHas, (token) => (token === 'has' ? 'hasField' : token));
}

/** The message of an error of the evaluator, without the picture of the source that it draws. */
export function summaryOf(error: unknown): string {
  const { summary, message } = (error ?? {}) as { summary?: string; message?: string };
  return summary ?? message ?? String(error);
}
