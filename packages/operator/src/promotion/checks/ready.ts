import type { InferenceService } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import { type CheckResult, failed, passed, waiting } from './check.ts';

/** How soon a service that is not Ready is looked at again, should no change of it come first. */
const lookAgainMs = 10_000;
/** A condition's message may have 32,768 characters, and this is a part of one. */
const maxQuoted = 500;

/** Whether a service is Ready as it is written now: a condition about an earlier generation says nothing of this one. */
export function checkReady({ metadata, status }: InferenceService): CheckResult {
  const { namespace, name, generation = 1 } = metadata;
  const service = `InferenceService ${namespace}/${name}`;
  if (metadata.deletionTimestamp) return failed('SourceTerminating', `${service} is being deleted`);
  const ready = findCondition(status?.conditions, 'Ready');
  const observed = status?.observedGeneration ?? 0;
  if (!ready || observed < generation) {
    return waiting('NotObserved', `${service} was not looked at yet as it is written now`, lookAgainMs);
  }
  if (ready.status === 'True') return passed;
  const why = [ready.reason, ready.message?.slice(0, maxQuoted)].filter(Boolean).join(': ');
  return waiting('NotReady', `${service} is not Ready${why ? `: ${why}` : ''}`, lookAgainMs);
}
