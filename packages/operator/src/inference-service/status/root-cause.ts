import type { InferenceService } from '@serval/api';
import { conditionOf, rootCauses } from '../../checks/conditions.ts';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { ObservedIngress } from './ingress-state.ts';

/**
 * What keeps a service from being reached, in the words of `serval doctor`: the first root cause in the place of the symptom that was
 * noticed. Where the doctor's checks find nothing in what the operator watches, the symptom stays.
 */
export function withRootCause(
  state: ConditionResult,
  { gateway, gatewayClass, seesClasses, capabilities, routes, grpcRoutes }: ObservedIngress,
  of: { service: InferenceService; settings: ServingConfig; systemNamespace: string },
): ConditionResult {
  const { settings } = of;
  if (state.status === 'True' || !settings.ingress.enableGatewayApi || !capabilities.api.schemas.has('HTTPRoute')) {
    return state;
  }
  const [cause] = rootCauses({
    ...of,
    gateway,
    gatewayClass,
    seesClasses: seesClasses ?? false,
    routes: routes.values(),
    grpcRoutes: grpcRoutes.values(),
  }).filter(({ severity }) => severity === 'error');
  return cause ? conditionOf(cause, state.status) : state;
}
