import { type InferenceService, type Pipeline, type PipelineStage, pipelines as pipelineResource } from '@serval/api';
import { type Cache, type Client, type Clock, type Reconciled, rfc3339 } from '@serval/kube/client';
import { keyOf, type NamespacedName, type Pod } from '@serval/kube/objects';
import { serviceLabel } from '../names.ts';
import { broughtInto } from '../promotion/brought-by.ts';
import { pullSecretName } from './names.ts';
import type { NamespaceCredentialsSource } from './namespace-credentials.ts';
import { planProjection } from './projection/plan-projection.ts';
import type { AnyResolution, Projection } from './projection/projection.ts';
import type { EffectiveKey } from './registry/resolve-registry.ts';

import type { Resolution } from './resolution.ts';
import type { StageOf } from './stage-layers.ts';
import {
  type ObservedCredentials,
  type ObservedStage,
  pipelineStatusFrom,
  type StageService,
} from './status/pipeline-status.ts';
import type { StorageProjection } from './storage/storage-projection.ts';
import { writeStatus } from './write-status.ts';

export interface PipelineDeps {
  readonly pipelines: Cache<Pipeline>;
  readonly credentials: NamespaceCredentialsSource;
  readonly services: Cache<InferenceService>;
  /** Of services. */
  readonly pods: Cache<Pod>;
  readonly registry: Projection<Resolution<EffectiveKey>>;
  readonly storage: StorageProjection;
  readonly client: Client;
  readonly clock: Clock;
}

/** A projection takes moments. One that takes longer is told. */
const patienceMs = 5_000;

/**
 * Tells in the status of a pipeline what holds in its stages, once for a change of all of them. Writes nothing else: Secrets are the
 * projection's.
 */
export function createPipelineReconciler({
  pipelines,
  credentials,
  services,
  pods,
  registry,
  storage,
  client,
  clock,
}: PipelineDeps) {
  const waitingSince = new Map<string, number>();

  async function observeStage(pipeline: Pipeline, stage: PipelineStage, signal: AbortSignal): Promise<ObservedStage> {
    const { namespace } = stage;
    const claim = credentials.claim({ pipeline, stage });
    if (claim.state === 'refused') return { stage, claim, services: [] };
    const [images, models] = await Promise.all([
      observeCredentials(registry, namespace, signal),
      observeCredentials(storage, namespace, signal),
    ]);
    const chosen = await storage.ownChoices(models.resolution, namespace, signal);
    return {
      stage,
      claim,
      registry: images,
      storage: models,
      services: servicesOf(services.list({ namespace }), pods.list({ namespace }), chosen, { pipeline, stage }),
    };
  }

  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const pipeline = pipelines.get(namespace, name);
    const key = keyOf({ namespace, name });
    if (!pipeline || pipeline.metadata.deletionTimestamp) {
      waitingSince.delete(key);
      return undefined;
    }
    const stages = await Promise.all(pipeline.spec.stages.map((stage) => observeStage(pipeline, stage, signal)));
    if (!stages.some(isUnderWay)) waitingSince.delete(key);
    else {
      const since = waitingSince.get(key) ?? clock.now();
      waitingSince.set(key, since);
      const leftMs = since + patienceMs - clock.now();
      if (leftMs > 0) return { requeueAfterMs: leftMs };
    }
    const status = pipelineStatusFrom(pipeline, stages, rfc3339(clock.now()));
    await writeStatus(client, pipelineResource, pipeline, status, signal);
    return undefined;
  };
}

async function observeCredentials<Resolved extends AnyResolution>(
  { shape, projected, refusals, resolve, contentFor }: Projection<Resolved>,
  namespace: string,
  signal: AbortSignal,
): Promise<ObservedCredentials<Resolved>> {
  const resolution = await resolve(namespace, signal);
  const content = await contentFor(resolution, namespace, signal);
  const live = projected.get(namespace);
  const plan = planProjection(shape, namespace, content, live, projected.digestOf);
  const isOurs = live && plan.action !== 'conflict' && content !== undefined;
  const revision = isOurs ? live.secret.metadata.resourceVersion : undefined;
  return { resolution, name: shape.name, plan, revision, refusal: refusals.get(namespace) };
}

function isUnderWay({ registry, storage }: ObservedStage): boolean {
  return [registry, storage].some(
    (credentials) =>
      credentials && !credentials.refusal && ['create', 'patch', 'delete'].includes(credentials.plan.action),
  );
}

function servicesOf(
  services: readonly InferenceService[],
  pods: readonly Pod[],
  chosen: ReadonlyMap<string, readonly string[]>,
  { pipeline, stage }: StageOf,
): StageService[] {
  const byService = Map.groupBy(pods, ({ metadata }) => metadata.labels?.[serviceLabel] ?? '');
  return services
    .map((service) => {
      const { name = '' } = service.metadata;
      const secrets = (byService.get(name) ?? []).flatMap(({ spec }) => spec.imagePullSecrets ?? []);
      const own = secrets.flatMap((secret) => (secret.name && secret.name !== pullSecretName ? [secret.name] : []));
      const ownStorage = chosen.get(name) ?? [];
      return {
        name,
        ownPullSecrets: [...new Set(own)].sort(),
        ownStorage,
        ...broughtInto(service, pipeline.metadata, stage.name),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
