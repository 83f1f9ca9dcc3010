import type { OwnerReference } from '@serval/kube/objects';
import { foregroundFinalizer, type GraphNode, orphanFinalizer, waitsForDependents } from './graph.ts';

/** How an object's owner was found. `waiting`: it exists, but only until its blocking dependents are gone. */
export type OwnerState = 'solid' | 'waiting' | 'absent';

export type Decision =
  | { action: 'keep' }
  /** Remove these owner references; another owner keeps the object. */
  | { action: 'disown'; uids: string[] }
  | { action: 'delete'; propagationPolicy: 'Foreground' | 'Background' | 'Orphan' };

/**
 * What becomes of an object with these owners (`attemptToDeleteItem`): kept by any solid owner; deleted when there is none.
 *
 * @param dependents of the object itself.
 */
export function decide(
  node: GraphNode,
  owners: readonly { reference: OwnerReference; state: OwnerState }[],
  dependents: readonly GraphNode[],
): Decision {
  if (owners.length === 0 || node.deleting) return { action: 'keep' };
  const gone = owners.filter(({ state }) => state !== 'solid').map(({ reference }) => reference.uid);
  if (gone.length === 0) return { action: 'keep' };
  if (gone.length < owners.length) return { action: 'disown', uids: gone };
  // An owner that waits in the foreground wants the dependents of its dependents gone before it goes itself.
  const foreground = owners.some(({ state }) => state === 'waiting') && dependents.length > 0;
  if (foreground) return { action: 'delete', propagationPolicy: 'Foreground' };
  if (node.finalizers.includes(orphanFinalizer)) return { action: 'delete', propagationPolicy: 'Orphan' };
  if (node.finalizers.includes(foregroundFinalizer)) return { action: 'delete', propagationPolicy: 'Foreground' };
  return { action: 'delete', propagationPolicy: 'Background' };
}

/** Dependents that keep a foreground deletion waiting. */
export function blockingDependents(owner: GraphNode, dependents: readonly GraphNode[]): GraphNode[] {
  return dependents.filter(({ owners }) =>
    owners.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true),
  );
}

/** State of an owner that the graph knows. An owner in another namespace cannot be one (it would be found by uid only). */
export function stateOfKnown(owner: GraphNode, dependent: GraphNode): OwnerState {
  if (owner.namespace !== '' && owner.namespace !== dependent.namespace) return 'absent';
  const blocks = dependent.owners.some(
    ({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true,
  );
  return waitsForDependents(owner) && blocks ? 'waiting' : 'solid';
}
