import type { FailureInfo, ModelStatus } from '@serval/api';
import type { ComponentState } from './component-state.ts';

type ModelState = NonNullable<ModelStatus['states']>['activeModelState'];

/** The model's way: what serves now, what is to serve next, and what stopped it. */
export function modelStatusFrom(
  predictor: ComponentState,
  previous: ModelStatus | undefined,
  specChanged: boolean,
): ModelStatus {
  // A Deployment that is only being scaled has nothing new to tell.
  if (!predictor.current && previous && !specChanged) return previous;
  const target = targetState(predictor);
  const failure = predictor.targets.find((state) => state.state === 'Failed');
  const settled = predictor.rolledOut && target === 'Loaded';
  const failedCopies = predictor.targets.filter(({ state }) => state === 'Failed').length;
  return {
    transitionStatus: settled ? 'UpToDate' : target === 'FailedToLoad' ? 'BlockedByFailedLoad' : 'InProgress',
    states: { activeModelState: predictor.readyPods > 0 ? 'Loaded' : target, targetModelState: target },
    copies: { failedCopies, totalCopies: predictor.readyPods },
    ...(!settled && failure ? { lastFailureInfo: failure.failure } : {}),
  };
}

/** Nothing new can be made of the specification; what is loaded stays loaded. */
export function invalidModelStatus(
  failure: { reason: NonNullable<FailureInfo['reason']>; message: string },
  readyPods: number,
): ModelStatus {
  return {
    transitionStatus: 'InvalidSpec',
    states: { activeModelState: readyPods > 0 ? 'Loaded' : 'FailedToLoad', targetModelState: 'FailedToLoad' },
    copies: { failedCopies: 0, totalCopies: readyPods },
    lastFailureInfo: { reason: failure.reason, message: failure.message },
  };
}

/** The furthest Pod counts, but a failure counts more than progress elsewhere. */
function targetState({ current, targets }: ComponentState): ModelState {
  if (!current) return 'Pending';
  const is = (state: string) => targets.some((target) => target.state === state);
  if (is('Ready')) return 'Loaded';
  if (is('Failed')) return 'FailedToLoad';
  return is('Loading') ? 'Loading' : 'Pending';
}
