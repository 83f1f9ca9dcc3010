import { findCondition } from '@serval/kube/objects';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { Observed } from '../observe.ts';
import type { Component } from '../render/component.ts';

/**
 * Whether KEDA scales what is to be scaled by it, as condition `AutoscalerReady`: nothing where no component is of class `keda`. It
 * does not count for `Ready`, as what is there serves also while nobody scales it.
 */
export function autoscalerCondition(
  { hasKeda, scaledObjects }: Observed,
  components: readonly Component[],
): ConditionResult | undefined {
  const scaled = components.filter(({ autoscaler }) => autoscaler === 'keda');
  if (scaled.length === 0) return undefined;
  if (!hasKeda) {
    const message =
      'autoscaler class keda needs KEDA, whose ScaledObject (keda.sh/v1alpha1) the API server does not serve';
    return { status: 'False', reason: 'KedaNotInstalled', message };
  }
  for (const { name } of scaled) {
    const ready = findCondition(scaledObjects.get(name)?.status?.conditions, 'Ready');
    if (ready?.status === 'True') continue;
    const why = [ready?.reason, ready?.message].filter(Boolean).join(': ');
    return {
      status: ready?.status === 'False' ? 'False' : 'Unknown',
      reason: 'ScaledObjectNotReady',
      message: `ScaledObject ${name}: ${why || 'KEDA has not acted on it yet'}`,
    };
  }
  return { status: 'True' };
}
