import type { Client, Clock, EventRecorder, Reconciled } from '@serval/kube/client';
import { type Secret, secrets } from '@serval/kube/objects';

import { createOwnObject, type WritePlan } from '../../copies/own-object.ts';
import { refusalOf } from '../../copies/refusal-of.ts';
import { planProjection } from './plan-projection.ts';
import { liveProjectionOf, withDigests } from './projected-secrets.ts';
import type { AnyResolution, Projection } from './projection.ts';

export interface ProjectionDeps {
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** Told of every write, and of every namespace that was looked at. */
  readonly count: (outcome: 'looked' | 'created' | 'patched' | 'deleted') => void;
}

const outcomes = { create: 'created', patch: 'patched', delete: 'deleted' } as const;

/** Brings the projected Secret of one namespace to what its Pods need. The key is the namespace's name. */
export function createProjectionReconciler<Resolved extends AnyResolution>(
  { shape, projected, refusals, resolve, contentFor }: Projection<Resolved>,
  { client, events, clock, count }: ProjectionDeps,
) {
  const own = createOwnObject<Secret>({
    resource: secrets,
    name: shape.name,
    seen: (namespace) => projected.get(namespace)?.secret,
    kept: (secret) => withDigests(secret, projected.digestOf),
    client,
    clock,
  });

  /** @throws without what the API server says, which may quote the Secret and would be logged. */
  async function write(namespace: string, plan: WritePlan<Secret>, signal: AbortSignal): Promise<Reconciled> {
    try {
      const { isWritten, reconciled } = await own.write(namespace, plan, signal);
      refusals.set(namespace, undefined);
      if (isWritten) count(outcomes[plan.action]);
      return reconciled;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      refusals.set(namespace, refusal);
      throw new Error(`Secret ${namespace}/${shape.name} cannot be written: ${refusal}`);
    }
  }

  return async ({ name: namespace }: { name: string }, signal: AbortSignal): Promise<Reconciled> => {
    count('looked');
    const content = await contentFor(await resolve(namespace, signal), namespace, signal);
    const live = own.live(namespace);
    const plan = planProjection(shape, namespace, content, live && liveProjectionOf(live), projected.digestOf);
    if (plan.action === 'nothing' || plan.action === 'conflict') refusals.set(namespace, undefined);
    if (plan.action === 'nothing') return undefined;
    if (plan.action === 'conflict') {
      if (live) events.record(live, 'Warning', 'OwnershipConflict', plan.message);
      return undefined;
    }
    // The status of the pipeline says so. What is there may hold what was revoked since.
    if (plan.action === 'too-large' && !plan.isThere) return undefined;
    return await write(namespace, plan.action === 'too-large' ? { action: 'delete' } : plan, signal);
  };
}
