import {
  type ClusterServingRuntime,
  defaultInferenceService,
  type InferenceService,
  type ServingRuntime,
  validateInferenceService,
  validateServingRuntime,
} from '@serval/api';
import type { Cache, Client } from '@serval/kube/client';
import type { Pod } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import { serviceDefaults } from '../config/service-defaults.ts';
import { mutatePod } from '../pod/mutate-pod.ts';
import { readCredentials } from '../pod/read-credentials.ts';
import { type AdmissionRequest, type AdmissionResponse, allowed, denied } from './admission-review.ts';
import { jsonDiff } from './json-diff.ts';
import { webhookPaths } from './paths.ts';
import { inferenceServiceWarnings } from './warnings.ts';

export interface WebhookDeps {
  readonly client: Client;
  readonly config: ConfigSource;
  readonly runtimes: Cache<ServingRuntime>;
  readonly clusterRuntimes: Cache<ClusterServingRuntime>;
}

export type WebhookHandler = (request: AdmissionRequest, signal: AbortSignal) => Promise<AdmissionResponse>;

/** One handler per path of the webhook configurations. */
export function createWebhookHandlers({
  client,
  config,
  runtimes,
  clusterRuntimes,
}: WebhookDeps): Map<string, WebhookHandler> {
  return new Map<string, WebhookHandler>([
    [
      webhookPaths.defaultInferenceService,
      async ({ uid, object }) => {
        const service = object as unknown as InferenceService;
        const defaulted = defaultInferenceService(service, serviceDefaults(config.current()));
        return allowed(uid, jsonDiff(service, defaulted));
      },
    ],
    [
      webhookPaths.validateInferenceService,
      async (request) => {
        const service = request.object as unknown as InferenceService;
        // Taking the last finalizer off must always work, however invalid the object has become.
        if (service.metadata.deletionTimestamp) return allowed(request.uid);
        const old = (request.oldObject ?? undefined) as InferenceService | undefined;
        const response = answer(request, validateInferenceService(service, old));
        const warnings = inferenceServiceWarnings(service);
        return warnings.length > 0 ? { ...response, warnings } : response;
      },
    ],
    [
      webhookPaths.validateServingRuntime,
      async (request) => {
        const runtime = request.object as unknown as ServingRuntime;
        const others = runtimes.list({ namespace: request.namespace ?? runtime.metadata.namespace ?? 'default' });
        return answer(request, validateServingRuntime(runtime, others));
      },
    ],
    [
      webhookPaths.validateClusterServingRuntime,
      async (request) => {
        const runtime = request.object as unknown as ClusterServingRuntime;
        return answer(request, validateServingRuntime(runtime, clusterRuntimes.list()));
      },
    ],
    [
      webhookPaths.mutatePod,
      async (request, signal) => {
        const pod = request.object as unknown as Pod;
        const namespace = request.namespace ?? pod.metadata.namespace ?? 'default';
        const credentials = await readCredentials(client, pod, namespace, config.current(), signal);
        return allowed(request.uid, jsonDiff(pod, mutatePod(pod, { config: config.current(), credentials })));
      },
    ],
  ]);
}

function answer(request: AdmissionRequest, errors: Parameters<typeof denied>[1]): AdmissionResponse {
  return errors.length === 0 ? allowed(request.uid) : denied(request, errors);
}
