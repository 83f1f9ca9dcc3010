import type { ASTNode, Environment } from '@marcbachmann/cel-js';

/** What the evaluator hands to macros; it does not declare these. */
interface Checker {
  check(node: ASTNode, context: unknown): unknown;
  getType(name: string): unknown;
  createError(code: string, message: string, node: ASTNode): Error;
}
interface Evaluator {
  run(node: ASTNode, context: unknown): unknown;
  debugType(value: unknown): { fieldLazy(value: unknown, field: string, node: ASTNode, evaluator: Evaluator): unknown };
}
interface Macro {
  args: [ASTNode];
}

/** `hasField(a.b)`: whether `a`, which may be any expression, has a field `b`. */
export function registerHasField(environment: Environment): void {
  const macro = ({ args }: Macro) => ({
    args,
    async: false,
    typeCheck(checker: Checker, { args: [node] }: Macro, context: unknown) {
      if (node.op !== '.') throw checker.createError('invalid_macro_argument', 'has() invalid argument', node);
      checker.check(node.args[0], context);
      return checker.getType('bool');
    },
    evaluate(evaluator: Evaluator, { args: [node] }: Macro, context: unknown) {
      if (node.op !== '.') return false;
      const [of, field] = node.args;
      const value = evaluator.run(of, context);
      return evaluator.debugType(value).fieldLazy(value, field, node, evaluator) !== undefined;
    },
  });
  environment.registerFunction('hasField(ast): bool', macro as (...args: unknown[]) => unknown);
}
