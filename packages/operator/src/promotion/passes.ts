import type { Clock } from '@serval/kube/client';
import type { CheckResult } from './checks/check.ts';

type Passed = Extract<CheckResult, { state: 'passed' }>;

/** So long a check that has passed is not asked again while others are waited for: every change of a Pod brings another look. */
const keptMs = 60_000;
/** Promotions that are checked at one time; of more, the first are asked again. */
const maxSubjects = 256;

/** Checks that have passed of late, by what was checked. */
export interface Passes {
  get(subject: string, check: string): Passed | undefined;
  set(subject: string, check: string, result: Passed): void;
}

export function createPasses(clock: Pick<Clock, 'now'>): Passes {
  const bySubject = new Map<string, Map<string, { result: Passed; until: number }>>();
  return {
    get(subject, check) {
      const found = bySubject.get(subject)?.get(check);
      return found && clock.now() < found.until ? found.result : undefined;
    },
    set(subject, check, result) {
      const known = bySubject.get(subject) ?? new Map();
      known.set(check, { result, until: clock.now() + keptMs });
      bySubject.delete(subject);
      bySubject.set(subject, known);
      const [oldest] = bySubject.keys();
      if (bySubject.size > maxSubjects && oldest !== undefined) bySubject.delete(oldest);
    },
  };
}
