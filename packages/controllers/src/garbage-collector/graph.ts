import { type KubeObject, type OwnerReference, parseApiVersion, type Resource } from '@serval/kube/objects';

/** What the collector knows of an object: metadata only. */
export interface GraphNode {
  readonly uid: string;
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
}

/** Who owns whom, by uid. Holds known objects only; whether an unknown owner exists must be asked of the server. */
export interface OwnerGraph {
  get(uid: string): GraphNode | undefined;
  put(node: GraphNode): void;
  remove(uid: string): void;
  /** Known objects that name `uid` as an owner. */
  dependents(uid: string): readonly GraphNode[];
  /** Known objects with an owner of this kind that is not known. */
  lacking(group: string, kind: string): readonly GraphNode[];
  readonly size: number;
}

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, GraphNode>();
  const byOwner = new Map<string, Set<string>>();

  function unlink({ uid, owners }: GraphNode): void {
    for (const owner of owners) {
      const dependents = byOwner.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) byOwner.delete(owner.uid);
    }
  }
  function remove(uid: string): void {
    const node = nodes.get(uid);
    if (node) unlink(node);
    nodes.delete(uid);
  }

  return {
    get: (uid) => nodes.get(uid),
    put(node) {
      remove(node.uid);
      nodes.set(node.uid, node);
      for (const owner of node.owners) {
        const dependents = byOwner.get(owner.uid) ?? new Set();
        byOwner.set(owner.uid, dependents.add(node.uid));
      }
    },
    remove,
    dependents: (uid) => [...(byOwner.get(uid) ?? [])].map((dependent) => nodes.get(dependent) as GraphNode),
    lacking: (group, kind) =>
      [...nodes.values()].filter(({ owners }) =>
        owners.some(
          (owner) => owner.kind === kind && parseApiVersion(owner.apiVersion).group === group && !nodes.has(owner.uid),
        ),
      ),
    get size() {
      return nodes.size;
    },
  };
}

export function graphNode(resource: Resource, { metadata }: KubeObject): GraphNode {
  return {
    uid: metadata.uid ?? '',
    resource,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    owners: metadata.ownerReferences ?? [],
    finalizers: metadata.finalizers ?? [],
    deleting: metadata.deletionTimestamp !== undefined,
  };
}

/** Is the object deleted in the foreground, so that it waits for those of its dependents that block? */
export function waitsForDependents({ deleting, finalizers }: GraphNode): boolean {
  return deleting && finalizers.includes(foregroundFinalizer);
}

export function orphansDependents({ deleting, finalizers }: GraphNode): boolean {
  return deleting && finalizers.includes(orphanFinalizer);
}
