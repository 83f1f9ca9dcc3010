import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { Loss } from '../../gateway/fit-objects.ts';

/**
 * Type of the condition that tells what of a service its gateway cannot do. There only while something is lost; it does not count for
 * `Ready`, since requests are served.
 */
export const routesCompleteType = 'RoutesComplete';

/** Reasons that several losses share are told once. */
export function lossCondition(losses: readonly Loss[]): ConditionResult | undefined {
  if (losses.length === 0) return undefined;
  const byReason = Map.groupBy(losses, ({ why }) => why);
  const message = [...byReason]
    .map(([why, lost]) => `${[...new Set(lost.map(({ what }) => what))].join(', ')}: not written, as ${why}`)
    .join('; ');
  return { status: 'False', reason: 'NotSupportedByGateway', message };
}
