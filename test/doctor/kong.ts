import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningGateway, startGateway } from '@serval/gateway';
import { type Client, rfc3339, silentLog } from '@serval/kube/client';
import { findCondition, gatewayClasses, gateways, httpRoutes, isStatusError, services } from '@serval/kube/objects';

export const kongControllerName = 'konghq.com/kic-gateway-controller';
const unmanaged = 'konghq.com/gatewayclass-unmanaged';
const publishService = 'konghq.com/publish-service';
/** The proxy that `helm install` brings along, and that the controller is told of by `--publish-service`. */
export const proxy = { namespace: 'kong', name: 'proxy' };

export interface TestKong {
  close(): Promise<void>;
}

/**
 * A small controller that behaves as Kong Ingress Controller documents for unmanaged gateways: it accepts a class on its
 * controllerName alone, looks at Gateways only of classes with the annotation, creates no proxy, and writes the name of the
 * Service that was installed on the Gateway, and gives routes its own condition `Programmed`. It is no part of Kong; what carries the requests is Serval's own gateway, standing
 * in for the proxy, which runs as soon as the proxy's Service is there.
 */
export function startTestKong(client: Client): TestKong {
  const stop = new AbortController();
  let plane: RunningGateway | undefined;

  async function round(): Promise<void> {
    const classes = (await client.list(gatewayClasses)).items.filter(
      ({ spec }) => spec.controllerName === kongControllerName,
    );
    for (const { metadata, status } of classes) {
      if (findCondition(status?.conditions, 'Accepted')?.status === 'True') continue;
      const lastTransitionTime = rfc3339(Date.now());
      const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '', lastTransitionTime };
      const patch = { status: { conditions: [{ ...accepted, observedGeneration: metadata.generation }] } };
      await client.patch(gatewayClasses, { name: metadata.name ?? '' }, 'merge', patch, { subresource: 'status' });
    }
    const followed = new Set(
      classes.flatMap(({ metadata }) => (metadata.annotations?.[unmanaged] ? [metadata.name] : [])),
    );
    for (const { metadata, spec } of (await client.list(gateways)).items) {
      if (!followed.has(spec.gatewayClassName)) continue;
      const installed = await client.get(services, proxy).catch((error) => {
        if (isStatusError(error, 'NotFound')) return undefined;
        throw error;
      });
      if (!installed) continue;
      const { namespace = '', name = '' } = metadata;
      const annotations = { [publishService]: `${proxy.namespace}/${proxy.name}` };
      await client.patch(gateways, { namespace, name }, 'merge', { metadata: { annotations } });
      const port = installed.spec.ports?.[0]?.port ?? 0;
      plane ??= await startGateway({
        client,
        address: '127.0.0.1',
        port,
        internalPort: 0,
        controllerName: kongControllerName,
        log: silentLog,
      });
    }
    if (plane) await programRoutes();
  }

  /** Kong's own condition, once the data plane has a route: what the standing-in gateway says of it already. */
  async function programRoutes(): Promise<void> {
    for (const { metadata, status } of (await client.list(httpRoutes)).items) {
      const { resourceVersion, generation, namespace = '', name = '' } = metadata;
      const parents = (status?.parents ?? []).map((parent) => {
        const resolved = findCondition(parent.conditions, 'ResolvedRefs');
        const isTaken = parent.controllerName === kongControllerName && resolved?.observedGeneration === generation;
        const programmed = findCondition(parent.conditions, 'Programmed');
        if (!isTaken || programmed?.observedGeneration === generation) return parent;
        const lastTransitionTime = programmed?.lastTransitionTime ?? rfc3339(Date.now());
        const own = {
          type: 'Programmed',
          status: 'True' as const,
          reason: 'ConfiguredInGateway',
          message: '',
          lastTransitionTime,
        };
        const others = parent.conditions.filter(({ type }) => type !== 'Programmed');
        return { ...parent, conditions: [...others, { ...own, observedGeneration: generation }] };
      });
      if (parents.every((parent, index) => parent === status?.parents[index])) continue;
      const patch = { metadata: { resourceVersion }, status: { parents } };
      await client.patch(httpRoutes, { namespace, name }, 'merge', patch, { subresource: 'status' });
    }
  }

  const running = (async () => {
    while (!stop.signal.aborted) {
      // An object that changed meanwhile is looked at again.
      await round().catch((error) => {
        if (!isStatusError(error, 'Conflict', 'NotFound')) throw error;
      });
      await sleep(100, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async close() {
      stop.abort();
      await running;
      await plane?.close();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
