import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { ResolutionProblem } from '../resolution.ts';

/** Messages of conditions have 32 KiB at most, and nobody reads so many. */
const maxProblems = 5;

/** False with the first problem's reason and the message of a few; True with the reason where there are none. */
export function conditionOf(problems: readonly { reason: string; message: string }[], good: string): ConditionResult {
  const [first] = problems;
  if (!first) return { status: 'True', reason: good };
  const messages = [...new Set(problems.map(({ message }) => message))];
  const more = messages.length > maxProblems ? `; and ${messages.length - maxProblems} more` : '';
  return { status: 'False', reason: first.reason, message: `${messages.slice(0, maxProblems).join('; ')}${more}` };
}

/** `CredentialsResolved` and `ReferencesPermitted`: what may not be referred to is nobody's mistake but the referrer's. */
export function credentialConditions(problems: readonly Pick<ResolutionProblem, 'reason' | 'message'>[]) {
  const [refused, others] = [true, false].map((isRefused) =>
    problems.filter(({ reason }) => (reason === 'RefNotPermitted') === isRefused),
  );
  return {
    CredentialsResolved: conditionOf(others ?? [], 'Resolved'),
    ReferencesPermitted: conditionOf(refused ?? [], 'Permitted'),
  };
}

/** Ready where all are True; False before Unknown, as what is wrong says more than what is not known yet. */
export function withReady(results: Readonly<Record<string, ConditionResult>>): Record<string, ConditionResult> {
  const all = Object.values(results);
  const Ready = all.find(({ status }) => status === 'False') ??
    all.find(({ status }) => status === 'Unknown') ?? { status: 'True' as const, reason: 'Ready' };
  return { ...results, Ready };
}
