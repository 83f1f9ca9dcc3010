import {
  type CredentialGrant,
  credentialGrants,
  type InferenceService,
  type Pipeline,
  type PlatformDefaults,
  pipelines as pipelineResource,
  platformDefaults,
} from '@serval/api';
import {
  type Client,
  type Clock,
  type Controller,
  createController,
  createReflector,
  type EventRecorder,
  type Log,
  type Reflector,
  source,
} from '@serval/kube/client';
import { type Deployment, type KubeObject, keyOf, namespaces, type Pod } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { reviewMetadata } from '../review/review-namespace.ts';
import { namespacesOfPipeline } from '../review/review-stage.ts';
import { followCredentialNamespace } from './credential-namespace.ts';
import { pullSecretName, storageCredentialsName } from './names.ts';
import {
  createNamespaceCredentials,
  type NamespaceCredentialsSource,
  pipelineIndexes,
  stageNamespaceIndex,
} from './namespace-credentials.ts';
import { watchProjectedSecrets } from './projection/projected-secrets.ts';
import type { AnyResolution, Projection } from './projection/projection.ts';
import { createProjectionReconciler } from './projection/reconciler.ts';
import { createPullSecretFor, type PullSecretFor } from './pull-secret-for.ts';
import { createPipelineReconciler } from './reconciler.ts';
import { createRegistryProjection } from './registry/registry-projection.ts';
import { credentialNamespaceOf } from './stage-layers.ts';

import { startLayerStatus } from './start-layer-status.ts';

import { createStorageFor, type StorageFor } from './storage/storage-for.ts';
import { createStorageProjection } from './storage/storage-projection.ts';
import { createWorkloads, isReadCheck } from './workloads.ts';

export interface PipelinesOptions {
  readonly client: Client;
  /** The operator's own. */
  readonly namespace: string;
  readonly config: ConfigSource;
  readonly services: Reflector<InferenceService>;
  readonly deployments: Reflector<Deployment>;
  readonly pods: Reflector<Pod>;
  readonly references: Pick<ReferenceCache, 'read' | 'onChange' | 'changed'>;
  readonly events: EventRecorder;
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Pipelines, and the credentials that hold in their stages. */
export interface Pipelines {
  /** The pull Secret that a Pod is to have besides its own; nothing where none of its images needs one. */
  readonly pullSecretFor: PullSecretFor;
  /** What stage, pipeline and platform give for reading models. */
  readonly storageFor: StorageFor;
  /** Whether a pipeline names it as one of its stages, or has an environment for a review there. */
  readonly isStage: (namespace: string) => boolean;
  readonly synced: Promise<unknown>;
  readonly reflector: Reflector<Pipeline>;
  readonly namespaces: Reflector<KubeObject>;
  readonly credentials: NamespaceCredentialsSource;
  readonly reflectors: readonly Pick<Reflector<KubeObject>, 'resource' | 'list'>[];
  /** Projects and tells until it is closed. Only the leader does. */
  startControllers(): Pick<Controller, 'close'>[];
}

export function createPipelines(options: PipelinesOptions): Pipelines {
  const {
    client,
    namespace: home,
    config,
    services,
    deployments,
    pods,
    references,
    events,
    clock,
    log,
    signal,
  } = options;
  const common = { client, clock, log, signal };
  const optional = { ...common, mayBeMissing: true };
  const defaults = createReflector<PlatformDefaults>({ ...optional, resource: platformDefaults });
  const pipelines = createReflector<Pipeline>({ ...optional, resource: pipelineResource, indexes: pipelineIndexes });
  const grants = createReflector<CredentialGrant>({ ...optional, resource: credentialGrants });
  const spaces = createReflector<KubeObject>({ ...common, resource: namespaces, transform: onlyMetadata });
  const pullSecrets = watchProjectedSecrets(pullSecretName, common);
  const storageSecrets = watchProjectedSecrets(storageCredentialsName, common);
  const caches = { defaults, pipelines, grants, namespaces: spaces };
  const credentials = createNamespaceCredentials({
    caches,
    read: references.read,
    config,
    home,
    metrics: options.metrics,
  });
  const workloads = createWorkloads(deployments, pods);
  const registry = createRegistryProjection({ credentials, workloads, projected: pullSecrets });
  const storage = createStorageProjection({
    credentials,
    workloads,
    projected: storageSecrets,
    read: references.read,
    config,
  });
  options.metrics?.gauge('serval_projected_secrets', 'Namespaces that have a projected Secret, by its name.', () =>
    [pullSecrets, storageSecrets].map(({ reflector }, index) => ({
      labels: { secret: index === 0 ? pullSecretName : storageCredentialsName },
      value: reflector.list().length,
    })),
  );
  followCredentialNamespace({ ...common, defaults, references });

  const stagesOf = (namespace: string) => pipelines.byIndex(stageNamespaceIndex, namespace);
  const pipelinesOf = (namespace: string) => stagesOf(namespace).map(({ metadata }) => keyOf(metadata));
  const namespacesOf = (some: readonly Pipeline[]) => some.flatMap(namespacesOfPipeline);
  /** Where something of the platform's may be needed, or is. */
  const namespacesInUse = () => [
    ...new Set(
      [deployments, pullSecrets.reflector, storageSecrets.reflector].flatMap((reflector) =>
        reflector.list().map(({ metadata }) => metadata.namespace ?? ''),
      ),
    ),
  ];
  const everyPipeline = () => pipelines.list().map(({ metadata }) => keyOf(metadata));
  const own = ({ object }: { object: KubeObject }) => [object.metadata.namespace ?? ''];
  const ofStage = ({ object }: { object: KubeObject }) => pipelinesOf(object.metadata.namespace ?? '');
  const granted = ({ spec }: CredentialGrant) =>
    spec.from.flatMap(({ namespace, name }) => pipelines.get(namespace, name) ?? []);

  function startProjection<Resolved extends AnyResolution>(name: string, projection: Projection<Resolved>): Controller {
    return createController({
      name,
      reconcile: timeReconciles(
        name,
        createProjectionReconciler(projection, {
          client,
          events,
          clock,
          count: (outcome) =>
            options.metrics?.count('serval_projections_total', 'Looks at the credentials of a namespace.', {
              secret: projection.shape.name,
              outcome,
            }),
        }),
        options.metrics,
      ),
      sources: [
        source(deployments, own),
        source(pods, ({ object }) => (isReadCheck(object) ? [object.metadata.namespace ?? ''] : [])),
        source(projection.projected.reflector, own),
        source(pipelines, ({ object, old }) => namespacesOf(old ? [object, old] : [object])),
        source(grants, ({ object, old }) => namespacesOf([object, ...(old ? [old] : [])].flatMap(granted))),
        source(defaults, namespacesInUse),
        source(spaces, ({ object }) =>
          stagesOf(object.metadata.name ?? '').length > 0 ? [object.metadata.name ?? ''] : [],
        ),
      ],
      concurrency: 8,
      clock,
      log,
    });
  }

  function startStatus(): Controller {
    return createController({
      name: 'pipeline',
      reconcile: timeReconciles(
        'pipeline',
        createPipelineReconciler({ pipelines, credentials, services, pods, registry, storage, client, clock }),
        options.metrics,
      ),
      sources: [
        source(pipelines, ({ object }) => [
          keyOf(object.metadata),
          // Who claims the same namespaces may have them now.
          ...namespacesOf([object]).flatMap(pipelinesOf),
        ]),
        source(grants, ({ object, old }) =>
          [object, ...(old ? [old] : [])].flatMap(granted).map(({ metadata }) => keyOf(metadata)),
        ),
        source(defaults, everyPipeline),
        source(spaces, ({ object }) => pipelinesOf(object.metadata.name ?? '')),
        source(pullSecrets.reflector, ofStage),
        source(storageSecrets.reflector, ofStage),
        source(services, ofStage),
        source(deployments, ofStage),
        source(pods, ofStage),
      ],
      concurrency: 4,
      clock,
      log,
    });
  }

  function startControllers(): Pick<Controller, 'close'>[] {
    const pulls = startProjection('pull-credentials', registry);
    const reads = startProjection('storage-credentials', storage);
    const status = startStatus();
    const stop = references.onChange(({ kind, namespace, name }) => {
      // ServiceAccounts and Secrets of a namespace may say how its own services read their models.
      if (deployments.list({ namespace }).length > 0) reads.queue.add(namespace);
      for (const key of pipelinesOf(namespace)) status.queue.add(key);
      if (kind !== 'Secret') return;
      const isPlatforms = namespace === credentialNamespaceOf(defaults.list()[0]);
      const users = isPlatforms ? [] : pipelines.list().filter((pipeline) => refersTo(pipeline, namespace, name));
      for (const key of isPlatforms ? namespacesInUse() : namespacesOf(users)) {
        pulls.queue.add(key);
        reads.queue.add(key);
      }
      for (const key of isPlatforms ? everyPipeline() : users.map(({ metadata }) => keyOf(metadata)))
        status.queue.add(key);
    });
    // It says which keys of Secrets are which.
    const unfollow = config.onChange(() => {
      for (const key of namespacesInUse()) reads.queue.add(key);
      for (const key of everyPipeline()) status.queue.add(key);
    });
    const stopRefusals = [registry, storage].map(({ refusals }) =>
      refusals.onChange((namespace) => {
        for (const key of pipelinesOf(namespace)) status.queue.add(key);
      }),
    );
    const layers = {
      defaults,
      grants,
      pipelines,
      credentials,
      references,
      client,
      metrics: options.metrics,
      clock,
      log,
    };
    return [
      pulls,
      reads,
      status,
      { close: async () => void [stop, unfollow, ...stopRefusals].map((each) => each()) },
      ...startLayerStatus(layers),
    ];
  }

  const reflectors = [defaults, pipelines, grants, spaces, pullSecrets.reflector, storageSecrets.reflector];
  return {
    pullSecretFor: createPullSecretFor(credentials, pullSecrets),
    storageFor: createStorageFor(credentials, storageSecrets),
    isStage: (namespace) => stagesOf(namespace).length > 0,
    reflector: pipelines,
    namespaces: spaces,
    credentials,
    reflectors,
    synced: Promise.all(reflectors.map(({ synced }) => synced)),
    startControllers,
  };
}

function refersTo({ metadata, spec }: Pipeline, namespace: string, name: string): boolean {
  const sets = [spec, ...spec.stages, ...(spec.review ? [spec.review] : [])].flatMap(
    ({ registryCredentials, storageCredentials }) => [registryCredentials, storageCredentials],
  );
  return sets.some((set) =>
    set?.entries?.some(
      ({ secretRef }) => secretRef.name === name && (secretRef.namespace ?? metadata.namespace) === namespace,
    ),
  );
}

/** Whether a namespace is there, and going, is all that is asked of it; and what reviews say in theirs, or take over. */
function onlyMetadata({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  const kept = { name, uid, resourceVersion, creationTimestamp, ...(deletionTimestamp ? { deletionTimestamp } : {}) };
  return { apiVersion, kind, metadata: { ...kept, ...reviewMetadata(metadata) } } as KubeObject;
}
