import { type CredentialGrant, type Pipeline, type PlatformDefaults, platformDefaultsName } from '@serval/api';
import {
  type Client,
  type Clock,
  type Controller,
  createController,
  type Log,
  type Reflector,
  source,
} from '@serval/kube/client';
import { keyOf } from '@serval/kube/objects';
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { createGrantReconciler } from './grant/reconciler.ts';
import type { NamespaceCredentialsSource } from './namespace-credentials.ts';
import { createPlatformDefaultsReconciler } from './platform-defaults/reconciler.ts';
import { credentialNamespaceOf } from './stage-layers.ts';

export interface LayerStatusOptions {
  readonly defaults: Reflector<PlatformDefaults>;
  readonly grants: Reflector<CredentialGrant>;
  readonly pipelines: Reflector<Pipeline>;
  readonly credentials: NamespaceCredentialsSource;
  readonly references: Pick<ReferenceCache, 'read' | 'onChange'>;
  readonly client: Client;
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells what comes of PlatformDefaults and of grants in their own status, whoever uses them. */
export function startLayerStatus({
  defaults,
  grants,
  pipelines,
  credentials,
  references,
  client,
  metrics,
  ...common
}: LayerStatusOptions): Pick<Controller, 'close'>[] {
  const ofDefaults = createController({
    ...common,
    name: 'platform-defaults',
    reconcile: timeReconciles(
      'platform-defaults',
      createPlatformDefaultsReconciler({ defaults, credentials, client, clock: common.clock }),
      metrics,
    ),
    sources: [source(defaults, ({ object }) => [keyOf(object.metadata)])],
  });
  const ofGrants = createController({
    ...common,
    name: 'credential-grant',
    reconcile: timeReconciles(
      'credential-grant',
      createGrantReconciler({ grants, pipelines, read: references.read, client, clock: common.clock }),
      metrics,
    ),
    sources: [
      source(grants, ({ object }) => [keyOf(object.metadata)]),
      source(pipelines, ({ object }) => keysOf(grants.list().filter((grant) => names(grant, object)))),
    ],
  });
  const stop = references.onChange(({ kind, namespace, name }) => {
    if (kind !== 'Secret') return;
    if (namespace === credentialNamespaceOf(defaults.list()[0])) ofDefaults.queue.add(platformDefaultsName);
    const lending = grants.list({ namespace }).filter(({ spec }) => spec.to.some((to) => to.name === name));
    for (const key of keysOf(lending)) ofGrants.queue.add(key);
  });
  return [ofDefaults, ofGrants, { close: async () => stop() }];
}

function names({ spec }: CredentialGrant, { metadata }: Pipeline): boolean {
  return spec.from.some(({ namespace, name }) => namespace === metadata.namespace && name === metadata.name);
}

function keysOf(grants: readonly CredentialGrant[]): string[] {
  return grants.map(({ metadata }) => keyOf(metadata));
}
