import { createContext, runInContext } from 'node:vm';

/** Runs synchronous work for at most so many milliseconds. Throws `TimeLimitExceeded` when it is stopped in the middle. */
export type RunLimited = <T>(work: () => T, limitMs: number) => T;

export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/**
 * Only V8 itself can stop a loop inside an evaluator that knows no cost; it does so for scripts, and whatever they call. Nothing
 * but the call is in the script: the work is a function of this realm.
 */
export function createTimeLimit(): RunLimited {
  const sandbox: { work: (() => unknown) | undefined } = { work: undefined };
  let context: ReturnType<typeof createContext> | undefined;
  return <T>(work: () => T, limitMs: number): T => {
    context ??= createContext(sandbox);
    sandbox.work = work;
    try {
      return runInContext('work()', context, { timeout: limitMs }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new TimeLimitExceeded(`stopped after ${limitMs} ms`);
    } finally {
      sandbox.work = undefined;
    }
  };
}
