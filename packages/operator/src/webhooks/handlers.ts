import {
  type ClusterServingRuntime,
  type ClusterStorageContainer,
  clusterServingRuntimes,
  clusterStorageContainers,
  credentialGrants,
  type InferenceService,
  inferenceServices,
  type KindVersion,
  type Pipeline,
  pipelines,
  platformDefaults,
  platformGroup,
  promotions,
  promotionV1alpha1,
  type ServingRuntime,
  servalKinds,
  servingRuntimes,
  validatePrioritiesAmong,
} from '@serval/api';
import type { Cache, Client } from '@serval/kube/client';
import type { Pod } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import { serviceDefaults } from '../config/service-defaults.ts';
import type { DeliveryContext } from '../credentials/decide-delivery.ts';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import { storageRequestOf } from '../credentials/storage-request.ts';
import { deploymentModeOf } from '../inference-service/deployment-mode.ts';
import type { PullSecretFor } from '../pipeline/pull-secret-for.ts';
import type { StorageFor } from '../pipeline/storage/storage-for.ts';
import { askingForRevision } from '../pod/model-revision.ts';
import { providePod } from '../pod/provide-pod.ts';
import { withPullCredentials } from '../pod/pull-credentials.ts';
import { ownNamespaceErrors } from '../promotion/own-namespace.ts';
import { type AdmissionRequest, type AdmissionResponse, allowed, refused } from './admission-review.ts';
import { configHandler } from './config-handler.ts';
import { jsonDiff } from './json-diff.ts';
import { defaultingHandler, type MoreChecks, validatingHandler } from './kind-handlers.ts';
import { defaultingPath, validatingPath, webhookPaths } from './paths.ts';
import { useHandler } from './pipeline-handlers.ts';
import { approverHandler, promotionHandler } from './promotion-handlers.ts';
import { bundleHandler, type StorageHandlerDeps, secretHandler } from './storage-handlers.ts';
import { inferenceServiceWarnings, storageContainerWarnings, storedOnlyWarning } from './warnings.ts';

export interface WebhookDeps extends StorageHandlerDeps {
  /** Asks who may approve. */
  readonly client: Client;
  readonly runtimes: Cache<ServingRuntime>;
  readonly clusterRuntimes: Cache<ClusterServingRuntime>;
  readonly storageContainers: Cache<ClusterStorageContainer>;
  readonly deliveryContext: () => DeliveryContext;
  /** Straight from the API server. */
  readonly readReference: ReadReference;
  /** Nothing where no pipelines are served. */
  readonly pullSecretFor: PullSecretFor | undefined;
  readonly storageFor: StorageFor | undefined;
  /** Whether a namespace is a stage of a pipeline. */
  readonly isStage: (namespace: string) => boolean;
}

export type WebhookHandler = (request: AdmissionRequest, signal: AbortSignal) => Promise<AdmissionResponse>;

/** One handler per path of the webhook configurations. */
export function createWebhookHandlers(deps: WebhookDeps): Map<string, WebhookHandler> {
  const more = moreChecks(deps);
  const defaultsFor = (kind: KindVersion) => () => {
    if (kind.resource.plural === inferenceServices.plural) relyOn(deps.config, serviceSections);
    return serviceDefaults(deps.config.current());
  };
  const handlers = new Map([[webhookPaths.mutatePod, podHandler(deps)]] as [string, WebhookHandler][]);
  handlers.set(webhookPaths.recordApprover, approverHandler(deps.clock));
  handlers.set(webhookPaths.validateSecret, secretHandler(deps));
  handlers.set(webhookPaths.validateConfigMap, bundleHandler(deps));
  handlers.set(webhookPaths.validateConfig, configHandler(deps.namespace));
  for (const kind of servalKinds) {
    if (kind.default) handlers.set(defaultingPath(kind), defaultingHandler(kind, defaultsFor(kind)));
    const check = validatingHandler(more.get(kind.resource.plural) ?? { warnings: storedOnlyWarning });
    handlers.set(validatingPath(kind), withRequester(kind, deps, check));
  }
  return handlers;
}

/** Of kinds whose objects have the operator do what not everybody may ask for: a check of who asks. */
function withRequester(
  kind: KindVersion,
  { client, pullSecretFor }: WebhookDeps,
  check: WebhookHandler,
): WebhookHandler {
  if (kind === promotionV1alpha1) return promotionHandler(client, check);
  const isActedOn = kind.resource.group === platformGroup && pullSecretFor !== undefined;
  return isActedOn ? useHandler(client, check) : check;
}

/** By plural, of the kinds that the operator acts on: what their own rules cannot look at, as it takes other objects. */
function moreChecks(deps: WebhookDeps): ReadonlyMap<string, MoreChecks> {
  const { config, runtimes, clusterRuntimes, storageContainers, namespace: own } = deps;
  const storedOnly: MoreChecks = deps.pullSecretFor ? {} : { warnings: storedOnlyWarning };
  const checks: [string, MoreChecks][] = [
    [
      inferenceServices.plural,
      {
        warnings: (object) => {
          const service = object as InferenceService;
          return inferenceServiceWarnings(
            service,
            storageContainers.list(),
            deploymentModeOf(service, config.current()),
          );
        },
      },
    ],
    [clusterStorageContainers.plural, { warnings: storageContainerWarnings }],
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
    [
      pipelines.plural,
      {
        among: (object, { oldObject }) =>
          ownNamespaceErrors(object as Pipeline, (oldObject ?? undefined) as Pipeline | undefined, own),
        ...storedOnly,
      },
    ],
    [platformDefaults.plural, storedOnly],
    [credentialGrants.plural, storedOnly],
    [promotions.plural, storedOnly],
  ];
  return new Map(checks);
}

function storedRuntime({ oldObject }: AdmissionRequest): ServingRuntime | undefined {
  return (oldObject ?? undefined) as ServingRuntime | undefined;
}

/** What services get that do not say themselves is said there. */
const serviceSections = ['deploy', 'inferenceService', 'security'] as const;
/** What a Pod gets is said there. */
const podSections = ['storageInitializer', 'credentials', 'agent', 'logger', 'batcher', 'metricsAggregator'] as const;

/** @throws Error before anything is made of defaults that somebody meant otherwise. */
function relyOn(config: ConfigSource, sections: Parameters<ConfigSource['problemOf']>[0]): void {
  const problem = config.problemOf(sections);
  if (problem !== undefined) throw new Error(`the platform's configuration cannot be relied on: ${problem}`);
}

/** Looks up afresh what the Pod refers to, whatever the reconciler saw when it made the template. */
function podHandler({
  config,
  deliveryContext,
  readReference: read,
  pullSecretFor,
  storageFor,
  isStage,
}: WebhookDeps): WebhookHandler {
  return async ({ uid, object, namespace: requested }, signal) => {
    const pod = object as unknown as Pod;
    const namespace = requested ?? pod.metadata.namespace ?? 'default';
    relyOn(config, podSections);
    const given = storageRequestOf(pod, namespace) && (await storageFor?.(namespace, signal));
    const provided = await providePod(pod, namespace, { ...deliveryContext(), given }, read, signal);
    if (provided.state === 'refused') return refused(uid, provided.problems.join('; '));
    // By the Pod as it is now: an image of the storage initializer is pulled, too.
    const secret = await pullSecretFor?.(provided.pod, namespace, signal);
    const admitted = secret ? withPullCredentials(provided.pod, secret.name, secret) : provided.pod;
    return allowed(uid, jsonDiff(pod, isStage(namespace) ? askingForRevision(admitted) : admitted));
  };
}
