/** Which revisions are of which resource, so that nobody reads the changes of others to find their own. */
export interface ChangeIndex {
  /** Revisions only go up. */
  add(revision: number, resource: string, key: string): void;
  /** Revisions of a resource after `after`, oldest first; with `key`, of that object alone. */
  since(resource: string, after: number, key?: string): number[];
  /** Revisions up to here are of no use any more. */
  forget(upTo: number): void;
}

interface Changes {
  readonly revisions: number[];
  readonly keys: string[];
}

/** Holds two entries for each revision of the history, which is bounded. */
export function createChangeIndex(): ChangeIndex {
  const resources = new Map<string, Changes>();

  return {
    add(revision, resource, key) {
      let changes = resources.get(resource);
      if (!changes) {
        changes = { revisions: [], keys: [] };
        resources.set(resource, changes);
      }
      changes.revisions.push(revision);
      changes.keys.push(key);
    },
    since(resource, after, key) {
      const changes = resources.get(resource);
      if (!changes) return [];
      const { revisions, keys } = changes;
      const found: number[] = [];
      for (let index = firstAfter(revisions, after); index < revisions.length; index += 1) {
        if (key === undefined || keys[index] === key) found.push(revisions[index] as number);
      }
      return found;
    },
    forget(upTo) {
      for (const [resource, { revisions, keys }] of resources) {
        const count = firstAfter(revisions, upTo);
        revisions.splice(0, count);
        keys.splice(0, count);
        if (revisions.length === 0) resources.delete(resource);
      }
    },
  };
}

/** Where the first number greater than `after` is, by halving. */
function firstAfter(sorted: readonly number[], after: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
