import type { InferenceService } from '@serval/api';
import { type Gateway, type GatewayClass, type GrpcRoute, type HttpRoute, keyOf } from '@serval/kube/objects';
import { parseServingConfig, readServingConfig } from '../config/parse-config.ts';
import { configMapName, type ServingConfig } from '../config/serving-config.ts';
import { configInForceName } from '../declarations/installed-names.ts';
import { capabilitiesOf, type GatewayCapabilities } from '../gateway/capabilities.ts';
import { readGatewayApi } from '../gateway/installed-api.ts';
import { gatewayOf } from '../inference-service/render/http-route.ts';
import type { Seen, Snapshot } from './snapshot.ts';

/**
 * What is in force, as the operator says or would have it: what was in force last where the written one cannot be taken up, and defaults
 * without.
 */
export function configIn({ config, systemNamespace, settings }: Snapshot): ServingConfig {
  if (settings) return settings;
  const named = (wanted: string) =>
    'unread' in config ? undefined : config.items.find(({ metadata }) => metadata.name === wanted);
  const metadata = { namespace: systemNamespace, name: configMapName };
  for (const candidate of [named(configMapName), named(configInForceName)]) {
    const read = candidate && readServingConfig(candidate);
    if (read?.problems.length === 0) return read.config;
  }
  return parseServingConfig({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

/** Whether services are reached through a Gateway; otherwise through Ingresses. */
export function usesGatewayApi(snapshot: Snapshot): boolean {
  return configIn(snapshot).ingress.enableGatewayApi;
}

export const gatewayApiOff = 'ingress.enableGatewayApi is false: services are reached through Ingresses';

/** What routes may make use of; only Core where the definitions could not be read. */
export function capabilitiesIn(snapshot: Snapshot): GatewayCapabilities {
  return capabilitiesOf(readGatewayApi(itemsOf(snapshot.definitions)), gatewayClassIn(snapshot));
}

/** `namespace/name` of the Gateway that routes attach to. */
export function gatewayKeyIn(snapshot: Snapshot): string {
  return keyOf(gatewayOf(configIn(snapshot)));
}

export function gatewayIn(snapshot: Snapshot): Gateway | undefined {
  const key = gatewayKeyIn(snapshot);
  return itemsOf(snapshot.gateways).find(({ metadata }) => keyOf(metadata) === key);
}

/** Routes of every kind that could be read. */
export function routesIn(snapshot: Snapshot): readonly (HttpRoute | GrpcRoute)[] {
  return [...itemsOf(snapshot.routes), ...itemsOf(snapshot.grpcRoutes)];
}

export function gatewayClassIn(snapshot: Snapshot): GatewayClass | undefined {
  const gateway = gatewayIn(snapshot);
  return itemsOf(snapshot.gatewayClasses).find(({ metadata }) => metadata.name === gateway?.spec.gatewayClassName);
}

/** Services that are asked about. */
export function servicesIn(snapshot: Snapshot): readonly InferenceService[] {
  const { namespace, name } = snapshot.scope;
  return itemsOf(snapshot.services).filter(
    ({ metadata }) =>
      (namespace === undefined || metadata.namespace === namespace) && (name === undefined || metadata.name === name),
  );
}

/** What was read; nothing where it could not be, which `notes.read` tells. */
export function itemsOf<T>(seen: Seen<T>): readonly T[] {
  return 'unread' in seen ? [] : seen.items;
}

/** Whether all of a kind was read: only then is what is not among them not there. */
export function isWhole(seen: Seen<unknown>): boolean {
  return !('unread' in seen) && seen.partly === undefined;
}
