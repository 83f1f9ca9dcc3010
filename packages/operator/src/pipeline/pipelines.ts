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
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { reviewMetadata } from '../review/review-namespace.ts';
import { namespacesOfPipeline } from '../review/review-stage.ts';
import { followCredentialNamespace } from './credential-namespace.ts';
import { pullSecretName } from './names.ts';
import {
  createNamespaceCredentials,
  type NamespaceCredentialsSource,
  pipelineIndexes,
  stageNamespaceIndex,
} from './namespace-credentials.ts';
import { watchProjectedSecrets } from './projection/projected-secrets.ts';
import { createProjectionReconciler } from './projection/reconciler.ts';
import { createPullSecretFor, type PullSecretFor } from './pull-secret-for.ts';
import { createPipelineReconciler } from './reconciler.ts';
import { createRegistryProjection } from './registry/registry-projection.ts';
import { credentialNamespaceOf } from './stage-layers.ts';
import { startLayerStatus } from './start-layer-status.ts';

export interface PipelinesOptions {
  readonly client: Client;
  /** The operator's own. */
  readonly namespace: string;
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
  readonly synced: Promise<unknown>;
  readonly reflector: Reflector<Pipeline>;
  readonly namespaces: Reflector<KubeObject>;
  readonly credentials: NamespaceCredentialsSource;
  readonly reflectors: readonly Pick<Reflector<KubeObject>, 'resource' | 'list'>[];
  /** Projects and tells until it is closed. Only the leader does. */
  startControllers(): Pick<Controller, 'close'>[];
}

export function createPipelines(options: PipelinesOptions): Pipelines {
  const { client, namespace: home, services, deployments, pods, references, events, clock, log, signal } = options;
  const common = { client, clock, log, signal };
  const optional = { ...common, mayBeMissing: true };
  const defaults = createReflector<PlatformDefaults>({ ...optional, resource: platformDefaults });
  const pipelines = createReflector<Pipeline>({ ...optional, resource: pipelineResource, indexes: pipelineIndexes });
  const grants = createReflector<CredentialGrant>({ ...optional, resource: credentialGrants });
  const spaces = createReflector<KubeObject>({ ...common, resource: namespaces, transform: onlyMetadata });
  const projected = watchProjectedSecrets(pullSecretName, common);
  const caches = { defaults, pipelines, grants, namespaces: spaces };
  const credentials = createNamespaceCredentials({ caches, read: references.read, home, metrics: options.metrics });
  const registry = createRegistryProjection({ credentials, deployments, projected });
  options.metrics?.gauge('serval_projected_secrets', 'Namespaces that have a projected pull Secret.', () => [
    { labels: {}, value: projected.reflector.list().length },
  ]);
  followCredentialNamespace({ ...common, defaults, references });

  const stagesOf = (namespace: string) => pipelines.byIndex(stageNamespaceIndex, namespace);
  const pipelinesOf = (namespace: string) => stagesOf(namespace).map(({ metadata }) => keyOf(metadata));
  const namespacesOf = (some: readonly Pipeline[]) => some.flatMap(namespacesOfPipeline);
  /** Where something of the platform's may be needed, or is. */
  const namespacesInUse = () => [
    ...new Set([...deployments.list(), ...projected.reflector.list()].map(({ metadata }) => metadata.namespace ?? '')),
  ];
  const everyPipeline = () => pipelines.list().map(({ metadata }) => keyOf(metadata));
  const own = ({ object }: { object: KubeObject }) => [object.metadata.namespace ?? ''];
  const ofStage = ({ object }: { object: KubeObject }) => pipelinesOf(object.metadata.namespace ?? '');
  const granted = ({ spec }: CredentialGrant) =>
    spec.from.flatMap(({ namespace, name }) => pipelines.get(namespace, name) ?? []);

  function startProjection(): Controller {
    return createController({
      name: 'pull-credentials',
      reconcile: timeReconciles(
        'pull-credentials',
        createProjectionReconciler(registry, {
          client,
          events,
          clock,
          count: (outcome) =>
            options.metrics?.count('serval_projections_total', 'Looks at the pull credentials of a namespace.', {
              outcome,
            }),
        }),
        options.metrics,
      ),
      sources: [
        source(deployments, own),
        source(projected.reflector, own),
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
        createPipelineReconciler({ pipelines, credentials, services, pods, registry, client, clock }),
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
        source(projected.reflector, ofStage),
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
    const controllers = [startProjection(), startStatus()];
    const [projection, status] = controllers;
    const stop = references.onChange(({ kind, namespace, name }) => {
      if (kind !== 'Secret') return;
      const isPlatforms = namespace === credentialNamespaceOf(defaults.list()[0]);
      const users = isPlatforms ? [] : pipelines.list().filter((pipeline) => refersTo(pipeline, namespace, name));
      for (const key of isPlatforms ? namespacesInUse() : namespacesOf(users)) projection?.queue.add(key);
      for (const key of isPlatforms ? everyPipeline() : users.map(({ metadata }) => keyOf(metadata)))
        status?.queue.add(key);
    });
    const stopRefusals = registry.refusals.onChange((namespace) => {
      for (const key of pipelinesOf(namespace)) status?.queue.add(key);
    });
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
      ...controllers,
      { close: async () => void [stop, stopRefusals].map((each) => each()) },
      ...startLayerStatus(layers),
    ];
  }

  const reflectors = [defaults, pipelines, grants, spaces, projected.reflector];
  return {
    pullSecretFor: createPullSecretFor(credentials, projected),
    reflector: pipelines,
    namespaces: spaces,
    credentials,
    reflectors,
    synced: Promise.all(reflectors.map(({ synced }) => synced)),
    startControllers,
  };
}

function refersTo({ metadata, spec }: Pipeline, namespace: string, name: string): boolean {
  const sets = [spec, ...spec.stages, ...(spec.review ? [spec.review] : [])].map(
    ({ registryCredentials }) => registryCredentials,
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
