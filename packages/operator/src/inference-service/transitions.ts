import type { InferenceServiceStatus } from '@serval/api';
import { findCondition } from '@serval/kube/objects';

/** Something that a person should see: an Event in the making. */
export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What happened between two statuses of a service: it became ready or not ready any more, or its model failed anew. */
export function transitions(
  name: string,
  before: InferenceServiceStatus | undefined,
  after: InferenceServiceStatus,
): Transition[] {
  const result: Transition[] = [];
  const failure = after.modelStatus?.lastFailureInfo;
  const known = before?.modelStatus?.lastFailureInfo;
  if (failure && (failure.reason !== known?.reason || failure.message !== known?.message)) {
    result.push({ type: 'Warning', reason: failure.reason ?? 'ModelLoadFailed', message: failure.message ?? '' });
  }
  const wasReady = findCondition(before?.conditions, 'Ready')?.status === 'True';
  const ready = findCondition(after.conditions, 'Ready');
  if (ready?.status === 'True' && !wasReady) {
    result.push({
      type: 'Normal',
      reason: 'InferenceServiceReady',
      message: `InferenceService ${name} is ready at ${after.url ?? ''}`,
    });
  }
  if (wasReady && ready?.status === 'False') {
    const why = [ready.reason, ready.message].filter(Boolean).join(': ');
    result.push({
      type: 'Warning',
      reason: 'InferenceServiceNotReady',
      message: `InferenceService ${name} is no longer ready: ${why}`,
    });
  }
  return result;
}
