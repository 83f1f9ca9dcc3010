import type { Client } from '@serval/kube/client';
import { controllerReference, isStatusError, type KubeObject, type Labels, type Resource } from '@serval/kube/objects';
import { controllerUidOf } from './caches.ts';

export interface ClaimPlan<T extends KubeObject> {
  /** Controlled by the owner, with matching labels. */
  owned: T[];
  /** Matching and controlled by nobody: to become the owner's. */
  adopt: T[];
  /** The owner's, with labels that no longer match: to be let go. */
  release: T[];
}

/** Who belongs to the owner, as upstream's `ControllerRefManager` decides. An owner that is being deleted neither adopts nor releases. */
export function planClaim<T extends KubeObject>(
  owner: KubeObject,
  matches: (labels: Labels) => boolean,
  candidates: readonly T[],
): ClaimPlan<T> {
  const plan: ClaimPlan<T> = { owned: [], adopt: [], release: [] };
  const ownerDeleted = owner.metadata.deletionTimestamp !== undefined;
  for (const object of candidates) {
    const controller = controllerUidOf(object);
    const matching = matches(object.metadata.labels);
    const deleted = object.metadata.deletionTimestamp !== undefined;
    if (controller === owner.metadata.uid) {
      if (matching || ownerDeleted || deleted) plan.owned.push(object);
      else plan.release.push(object);
    } else if (controller === '' && matching && !ownerDeleted && !deleted) plan.adopt.push(object);
  }
  return plan;
}

/** Carries out the plan. Answers what the owner has afterwards. */
export async function claim<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  owner: KubeObject,
  plan: ClaimPlan<T>,
  signal: AbortSignal,
): Promise<T[]> {
  const claimed = [...plan.owned];
  for (const object of plan.adopt) {
    const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
    const adopted = await writeOwners(client, resource, object, ownerReferences, signal);
    if (adopted) claimed.push(adopted);
  }
  for (const object of plan.release) {
    const others = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
    await writeOwners(client, resource, object, others, signal);
  }
  return claimed;
}

/** Only if nobody else changed the object in between; answers nothing when it is gone. */
async function writeOwners<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  { metadata }: T,
  ownerReferences: KubeObject['metadata']['ownerReferences'],
  signal: AbortSignal,
): Promise<T | undefined> {
  const patch = { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion, ownerReferences } };
  try {
    return await client.patch(resource, targetOf(metadata), 'merge', patch, { signal });
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Where an object is, for a request. */
export function targetOf({ namespace, name }: KubeObject['metadata']): { namespace?: string; name: string } {
  return { name: name ?? '', ...(namespace ? { namespace } : {}) };
}
