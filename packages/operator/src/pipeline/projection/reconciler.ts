import type { Cache, Client, Clock, EventRecorder, Reconciled } from '@serval/kube/client';
import { type Deployment, type Secret, secrets } from '@serval/kube/objects';
import { createOwnObject } from '../../copies/own-object.ts';
import { pullSecretName } from '../names.ts';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import { planProjection } from './plan-projection.ts';
import { liveProjectionOf, type ProjectedSecrets, withDigests } from './projected-secrets.ts';
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

const outcomes = { create: 'created', patch: 'patched', delete: 'deleted' } as const;

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
  const own = createOwnObject<Secret>({
    resource: secrets,
    name: pullSecretName,
    seen: (namespace) => projected.get(namespace)?.secret,
    kept: (secret) => withDigests(secret, projected.digestOf),
    client,
    clock,
  });

  return async ({ name: namespace }: { name: string }, signal: AbortSignal): Promise<Reconciled> => {
    count('looked');
    const { resolution } = await credentials.of(namespace, signal);
    const content = contentFor(resolution.effective, deployments.list({ namespace }), namespace);
    const live = own.live(namespace);
    const plan = planProjection(namespace, content, live && liveProjectionOf(live), projected.digestOf);
    if (plan.action === 'nothing') return undefined;
    if (plan.action === 'conflict') {
      if (live) events.record(live, 'Warning', 'OwnershipConflict', plan.message);
      return undefined;
    }
    // The status of the pipeline says so. What is there may hold what was revoked since.
    if (plan.action === 'too-large' && !plan.isThere) return undefined;
    const change = plan.action === 'too-large' ? ({ action: 'delete' } as const) : plan;
    const { isWritten, reconciled } = await own.write(namespace, change, signal);
    if (isWritten) count(outcomes[change.action]);
    return reconciled;
  };
}
