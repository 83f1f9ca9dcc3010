import { backendsCheck } from './families/backends.ts';
import { configurationCheck } from './families/configuration.ts';
import { dataPlaneCheck } from './families/data-plane.ts';
import { definitionsCheck } from './families/definitions.ts';
import { gatewayCheck } from './families/gateway.ts';
import { gatewayClassCheck } from './families/gateway-class.ts';
import { listenersCheck } from './families/listeners.ts';
import { operatorCheck } from './families/operator.ts';
import { podsCheck } from './families/pods.ts';
import { probesCheck } from './families/probes.ts';
import { routeAttachmentCheck } from './families/route-attachment.ts';
import { routeConditionsCheck } from './families/route-conditions.ts';
import { routeHostsCheck } from './families/route-hosts.ts';
import { routesCheck } from './families/routes.ts';
import { runtimesCheck } from './families/runtimes.ts';
import { servicesCheck } from './families/services.ts';
import { storageCheck } from './families/storage.ts';
import { versionsCheck } from './families/versions.ts';
import { webhooksCheck } from './families/webhooks.ts';
import type { Diagnosis } from './finding.ts';
import { type Check, runCheck } from './notes.ts';
import { orderFindings } from './order.ts';
import type { Snapshot } from './snapshot.ts';

/** Every family, in the order of the way of a request. */
const checks: readonly Check[] = [
  definitionsCheck,
  versionsCheck,
  configurationCheck,
  webhooksCheck,
  operatorCheck,
  storageCheck,
  gatewayClassCheck,
  dataPlaneCheck,
  gatewayCheck,
  listenersCheck,
  runtimesCheck,
  podsCheck,
  routesCheck,
  routeAttachmentCheck,
  routeHostsCheck,
  routeConditionsCheck,
  backendsCheck,
  probesCheck,
  servicesCheck,
];

/** What is wrong, as far as a snapshot shows. Pure: the same snapshot gives the same diagnosis. */
export function runChecks(snapshot: Snapshot): Diagnosis {
  const done = checks.map((check) => runCheck(check, snapshot));
  return {
    ...orderFindings(done.flatMap(({ findings }) => findings)),
    checks: done.map(({ report }) => report),
  };
}
