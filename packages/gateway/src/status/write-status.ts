import { type Client, type Log, rfc3339, sleep, systemClock } from '@serval/kube/client';
import {
  deepEqual,
  gatewayClasses,
  gateways,
  httpRoutes,
  isStatusError,
  type KubeObject,
  keyOf,
  type Resource,
} from '@serval/kube/objects';
import type { Compilation } from '../routes/compile.ts';
import type { GatewayModel } from '../routes/model.ts';
import { countAttachedRoutes, gatewayClassStatus, gatewayStatus } from './gateway-status.ts';
import { routeParents } from './route-status.ts';

export interface StatusWriter {
  /** Writes what differs from the statuses in the model, soon; only the newest offer counts. */
  offer(model: GatewayModel, compilation: Compilation): void;
}

interface Write {
  resource: Resource;
  object: KubeObject;
  status: object;
}

/** Wait after a failed round. The caches are not always up to date yet: a conflict is solved by the next round. */
const retryMs = 500;
const maxRetryMs = 15_000;

/** @param address told as the Gateways' address. */
export function createStatusWriter({
  client,
  log,
  address,
  signal,
}: {
  client: Client;
  log: Log;
  address: string;
  signal: AbortSignal;
}): StatusWriter {
  let offered: { model: GatewayModel; compilation: Compilation } | undefined;
  let running = false;

  async function write({ resource, object, status }: Write): Promise<boolean> {
    const { namespace, name = '', resourceVersion } = object.metadata;
    try {
      // The version guards the entries of other controllers, which a merge patch of a list replaces.
      const patch = { metadata: { resourceVersion }, status };
      await client.patch(resource, namespace === undefined ? { name } : { namespace, name }, 'merge', patch, {
        subresource: 'status',
        signal,
      });
      return true;
    } catch (error) {
      if (signal.aborted || isStatusError(error, 'NotFound')) return true;
      const level = isStatusError(error, 'Conflict') ? 'debug' : 'warn';
      log[level](
        { kind: resource.kind, object: keyOf(object.metadata), error: (error as Error).message },
        'status not written',
      );
      return false;
    }
  }

  async function run(): Promise<void> {
    let delayMs = retryMs;
    while (offered !== undefined && !signal.aborted) {
      const { model, compilation } = offered;
      offered = undefined;
      const results: boolean[] = [];
      for (const change of statusChanges(model, compilation, address, rfc3339(Date.now())))
        results.push(await write(change));
      if (results.every(Boolean)) delayMs = retryMs;
      else {
        await sleep(systemClock, delayMs, signal);
        delayMs = Math.min(delayMs * 2, maxRetryMs);
        offered ??= { model, compilation };
      }
    }
    running = false;
  }

  return {
    offer(model, compilation) {
      offered = { model, compilation };
      if (running) return;
      running = true;
      void run();
    },
  };
}

/** The statuses that are not yet what they should be. */
export function statusChanges(model: GatewayModel, compilation: Compilation, address: string, now: string): Write[] {
  const writes: Write[] = [];
  const offer = (resource: Resource, object: KubeObject, before: unknown, status: object) => {
    if (!deepEqual(before, status)) writes.push({ resource, object, status });
  };
  for (const gatewayClass of model.classes) {
    if (gatewayClass.spec.controllerName !== model.controllerName) continue;
    offer(gatewayClasses, gatewayClass, gatewayClass.status, gatewayClassStatus(gatewayClass, now));
  }
  const attached = countAttachedRoutes(compilation);
  for (const evaluated of compilation.gateways) {
    const { gateway } = evaluated;
    offer(gateways, gateway, gateway.status, gatewayStatus(evaluated, attached, address, now));
  }
  for (const route of model.routes) {
    const parents = routeParents(route, compilation.routes.get(keyOf(route.metadata)), model.controllerName, now);
    const before = route.status?.parents ?? [];
    if (!deepEqual(before, parents)) writes.push({ resource: httpRoutes, object: route, status: { parents } });
  }
  return writes;
}
