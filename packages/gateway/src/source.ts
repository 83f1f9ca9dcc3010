import { type Client, createReflector, type Log, type Reflector } from '@serval/kube/client';
import {
  endpointSlices,
  gatewayClasses,
  gateways,
  httpRoutes,
  type KubeObject,
  namespaces,
  type Resource,
  referenceGrants,
  services,
} from '@serval/kube/objects';
import { compileEndpoints, type EndpointTable } from './endpoints/endpoint-table.ts';
import type { GatewayModel } from './routes/model.ts';

export interface Source {
  /** Resolves when every kind has been listed once: a half-known world would answer 404 where it should not. */
  synced: Promise<unknown>;
  model(controllerName: string, port: number): GatewayModel;
  endpoints(): EndpointTable;
  /** Tells whether the change touches more than endpoints. Many changes at once are told one by one. */
  onChange(listener: (change: 'routes' | 'endpoints') => void): void;
}

/** Caches of all that the gateway reads, kept current until the signal aborts. */
export function createSource({ client, log, signal }: { client: Client; log: Log; signal: AbortSignal }): Source {
  const reflect = <T extends KubeObject>(resource: Resource<T>): Reflector<T> =>
    createReflector({ client, resource, signal, log });
  const caches = {
    classes: reflect(gatewayClasses),
    gateways: reflect(gateways),
    routes: reflect(httpRoutes),
    services: reflect(services),
    grants: reflect(referenceGrants),
    namespaces: reflect(namespaces),
  };
  const slices = reflect(endpointSlices);
  return {
    synced: Promise.all([slices, ...Object.values(caches)].map(({ synced }) => synced)),
    model: (controllerName, port) => ({
      controllerName,
      port,
      classes: caches.classes.list(),
      gateways: caches.gateways.list(),
      routes: caches.routes.list(),
      services: caches.services.list(),
      grants: caches.grants.list(),
      namespaces: caches.namespaces.list(),
    }),
    endpoints: () => compileEndpoints(caches.services.list(), slices.list()),
    onChange(listener) {
      slices.onChange(() => listener('endpoints'));
      for (const cache of Object.values(caches)) cache.onChange(() => listener('routes'));
    },
  };
}
