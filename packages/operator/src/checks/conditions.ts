import type { ConditionResult } from '../conditions/condition-result.ts';
import { entryOf, type FindingId } from './catalogue.ts';
import { dataPlaneCheck } from './families/data-plane.ts';
import { gatewayCheck } from './families/gateway.ts';
import { gatewayClassCheck } from './families/gateway-class.ts';
import { listenersCheck } from './families/listeners.ts';
import { routeAttachmentCheck } from './families/route-attachment.ts';
import { routeConditionsCheck } from './families/route-conditions.ts';
import { routeHostsCheck } from './families/route-hosts.ts';
import type { Finding } from './finding.ts';
import { type Check, runCheck } from './notes.ts';
import { orderFindings } from './order.ts';
import { type Watched, watchedSnapshot } from './watched-snapshot.ts';

/** Families that look at nothing but what the operator watches. */
const gatewayChecks: readonly Check[] = [gatewayClassCheck, dataPlaneCheck, gatewayCheck, listenersCheck];
const routeChecks: readonly Check[] = [routeAttachmentCheck, routeHostsCheck, routeConditionsCheck];

/** Root causes on the way from the Gateway to a service, in the order in which to mend them; of the Gateway alone without a service. */
export function rootCauses(watched: Watched): readonly Finding[] {
  const snapshot = watchedSnapshot(watched);
  const checks = watched.service ? [...gatewayChecks, ...routeChecks] : gatewayChecks;
  return orderFindings(checks.flatMap((check) => runCheck(check, snapshot).findings)).findings;
}

/** `KongClassManaged` of `kong-class-managed`: reasons of conditions have no hyphens (Kubernetes API conventions). */
export function reasonOf(id: FindingId): string {
  return id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

/**
 * A finding as a condition. What it says depends on the objects that it is about and on nothing else, so that it stays the same while they do.
 *
 * @param pending  the status of what time alone may mend
 */
export function conditionOf({ id, sentence, fix }: Finding, pending: 'False' | 'Unknown'): ConditionResult {
  return {
    status: entryOf(id).passes ? pending : 'False',
    reason: reasonOf(id),
    message: fix ? `${sentence}; fix: ${fix.command}` : sentence,
  };
}
