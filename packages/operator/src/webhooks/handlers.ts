import {
  type ClusterServingRuntime,
  clusterServingRuntimes,
  type InferenceService,
  inferenceServices,
  type ServingRuntime,
  servingKinds,
  servingRuntimes,
  validatePrioritiesAmong,
} from '@serval/api';
import type { Cache, Client } from '@serval/kube/client';
import type { Pod } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import { serviceDefaults } from '../config/service-defaults.ts';
import { sourceUriAnnotation } from '../names.ts';
import { mutatePod } from '../pod/mutate-pod.ts';
import { readCredentials } from '../pod/read-credentials.ts';
import { type AdmissionRequest, type AdmissionResponse, allowed } from './admission-review.ts';
import { jsonDiff } from './json-diff.ts';
import { defaultingHandler, type MoreChecks, validatingHandler } from './kind-handlers.ts';
import { defaultingPath, validatingPath, webhookPaths } from './paths.ts';
import { inferenceServiceWarnings, storedOnlyWarning } from './warnings.ts';

export interface WebhookDeps {
  readonly client: Client;
  readonly config: ConfigSource;
  readonly runtimes: Cache<ServingRuntime>;
  readonly clusterRuntimes: Cache<ClusterServingRuntime>;
}

export type WebhookHandler = (request: AdmissionRequest, signal: AbortSignal) => Promise<AdmissionResponse>;

/** One handler per path of the webhook configurations. */
export function createWebhookHandlers(deps: WebhookDeps): Map<string, WebhookHandler> {
  const more = moreChecks(deps);
  const defaults = () => serviceDefaults(deps.config.current());
  const handlers = new Map([[webhookPaths.mutatePod, podHandler(deps)]] as [string, WebhookHandler][]);
  for (const kind of servingKinds) {
    if (kind.default) handlers.set(defaultingPath(kind), defaultingHandler(kind, defaults));
    handlers.set(
      validatingPath(kind),
      validatingHandler(more.get(kind.resource.plural) ?? { warnings: storedOnlyWarning }),
    );
  }
  return handlers;
}

/** By plural, of the kinds that the operator acts on: what their own rules cannot look at, as it takes other objects. */
function moreChecks({ runtimes, clusterRuntimes }: WebhookDeps): ReadonlyMap<string, MoreChecks> {
  const checks: [string, MoreChecks][] = [
    [inferenceServices.plural, { warnings: (service) => inferenceServiceWarnings(service as InferenceService) }],
    [
      servingRuntimes.plural,
      {
        among: (object, request) => {
          const runtime = object as ServingRuntime;
          const namespace = request.namespace ?? runtime.metadata.namespace ?? 'default';
          return validatePrioritiesAmong(runtime, runtimes.list({ namespace }), storedRuntime(request));
        },
      },
    ],
    [
      clusterServingRuntimes.plural,
      {
        among: (object, request) =>
          validatePrioritiesAmong(object as ClusterServingRuntime, clusterRuntimes.list(), storedRuntime(request)),
      },
    ],
  ];
  return new Map(checks);
}

function storedRuntime({ oldObject }: AdmissionRequest): ServingRuntime | undefined {
  return (oldObject ?? undefined) as ServingRuntime | undefined;
}

function podHandler({ client, config }: WebhookDeps): WebhookHandler {
  return async (request, signal) => {
    const pod = request.object as unknown as Pod;
    // No credentials are read for a Pod that fetches nothing.
    if (!pod.metadata.annotations?.[sourceUriAnnotation]) return allowed(request.uid);
    const namespace = request.namespace ?? pod.metadata.namespace ?? 'default';
    const credentials = await readCredentials(client, pod, namespace, config.current(), signal);
    return allowed(request.uid, jsonDiff(pod, mutatePod(pod, { config: config.current(), credentials })));
  };
}
