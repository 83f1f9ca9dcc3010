/**
 * What a check of a Promotion found. A reconcile asks again later, so a check that has to wait for something says so and finds it again,
 * by name and owner, when it is asked anew. Checks change nothing that is served, and throw only for what has nothing to do with what they
 * check.
 */
export type CheckResult =
  | {
      readonly state: 'passed';
      /** What could not be looked at, for people; absent where everything was. */
      readonly note?: string;
    }
  | {
      readonly state: 'failed';
      /** For programs: one word in PascalCase. */
      readonly reason: string;
      /** For people; never a credential, and no more than a condition holds. */
      readonly message: string;
    }
  | {
      readonly state: 'waiting';
      readonly reason: string;
      readonly message: string;
      /** When to ask again, in milliseconds. */
      readonly lookAgainMs: number;
    };

export const passed: CheckResult = { state: 'passed' };

export function failed(reason: string, message: string): CheckResult {
  return { state: 'failed', reason, message };
}

export function waiting(reason: string, message: string, lookAgainMs: number): CheckResult {
  return { state: 'waiting', reason, message, lookAgainMs };
}
