import type { Cache, Client, Clock, EventRecorder, Reconciled } from '@serval/kube/client';
import { type Deployment, isNamespaceTerminating, isStatusError, type Secret, secrets } from '@serval/kube/objects';
import { pullSecretName } from '../names.ts';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import { type LiveProjection, planProjection } from './plan-projection.ts';
import { type ProjectedSecrets, withDigests } from './projected-secrets.ts';
import { contentFor } from './projection.ts';

export interface ProjectionDeps {
  readonly credentials: NamespaceCredentialsSource;
  /** Of services, their labels and templates. */
  readonly deployments: Cache<Deployment>;
  readonly projected: ProjectedSecrets;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** Told of every write, and of every namespace that was looked at. */
  readonly count: (outcome: 'looked' | 'created' | 'patched' | 'deleted') => void;
}

/** Within this time a write is seen by the cache; what was written counts until then, so that it is not written twice. */
const echoMs = 2_000;

/** Brings the projected Secret of one namespace to what its Pods need. The key is the namespace's name. */
export function createProjectionReconciler({
  credentials,
  deployments,
  projected,
  client,
  events,
  clock,
  count,
}: ProjectionDeps) {
  const echoes = new Map<string, { from: string | undefined; live: LiveProjection | undefined; until: number }>();

  function liveOf(namespace: string): LiveProjection | undefined {
    const seen = projected.get(namespace);
    const echo = echoes.get(namespace);
    if (echo && echo.from === seen?.secret.metadata.resourceVersion && clock.now() < echo.until) return echo.live;
    echoes.delete(namespace);
    return seen;
  }

  return async ({ name: namespace }: { name: string }, signal: AbortSignal): Promise<Reconciled> => {
    count('looked');
    const { resolution } = await credentials.of(namespace, signal);
    const content = contentFor(resolution.effective, deployments.list({ namespace }), namespace);
    const live = liveOf(namespace);
    const plan = planProjection(namespace, content, live, projected.digestOf);
    if (plan.action === 'nothing') return undefined;
    if (plan.action === 'conflict') {
      if (live) events.record(live.secret, 'Warning', 'OwnershipConflict', plan.message);
      return undefined;
    }
    // The status of the pipeline says so; what is there stays.
    if (plan.action === 'too-large') return undefined;
    const from = projected.get(namespace)?.secret.metadata.resourceVersion;
    const wrote = (secret: Secret | undefined) => {
      const kept = secret && withDigests(secret, projected.digestOf);
      const entry = kept && { secret: kept, digests: kept.data ?? {} };
      echoes.set(namespace, { from, live: entry, until: clock.now() + echoMs });
    };
    const target = { namespace, name: pullSecretName };
    const { uid, resourceVersion } = live?.secret.metadata ?? {};
    try {
      if (plan.action === 'create') {
        wrote(await client.create(secrets, plan.object, { signal }));
        count('created');
      } else if (plan.action === 'patch') {
        // Only what was looked at: who wrote meanwhile is looked at again.
        const patch = { ...plan.patch, metadata: { resourceVersion } };
        wrote(await client.patch(secrets, target, 'merge', patch, { signal }));
        count('patched');
      } else {
        const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
        await client.delete(secrets, target, { preconditions, signal });
        wrote(undefined);
        count('deleted');
      }
      // Of one that was deleted to be made anew, the next look makes it.
      return { requeueAfterMs: echoMs };
    } catch (error) {
      // The cache will tell what is there; a namespace that goes takes its Secret with it.
      if (isStatusError(error, 'NotFound', 'AlreadyExists')) return { requeueAfterMs: echoMs };
      if (isNamespaceTerminating(error)) return undefined;
      throw error;
    }
  };
}
