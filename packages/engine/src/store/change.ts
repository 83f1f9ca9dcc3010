import type { AnyObject } from '@serval/kube/objects';

/** One committed revision. Objects are shared with the store: never change them. */
export interface Change {
  revision: number;
  /** Storage id such as `apps/deployments`. */
  resource: string;
  /** `namespace/name`, or `/name` for cluster-scoped objects. */
  key: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** For DELETED the last state, with the revision of the deletion as its resourceVersion. */
  object: AnyObject;
  /** Absent for ADDED. */
  previous?: AnyObject;
}

/** A compare-and-swap of one object. */
export interface Write {
  resource: string;
  key: string;
  /** The resourceVersion that must be current; empty when the object must not exist. */
  expected: string;
  /** `null` deletes. */
  object: AnyObject | null;
}

/** The object changed, appeared or vanished since it was read. */
export class WriteConflict extends Error {
  override readonly name = 'WriteConflict';
  readonly current: AnyObject | undefined;

  constructor(write: Write, current: AnyObject | undefined) {
    super(
      `${write.resource} ${write.key}: expected revision "${write.expected}", found "${current?.metadata.resourceVersion ?? ''}"`,
    );
    this.current = current;
  }
}

/** The revisions asked for are gone. */
export class RevisionCompacted extends Error {
  override readonly name = 'RevisionCompacted';
  constructor(revision: number, oldest: number) {
    super(`too old resource version: ${revision} (${oldest})`);
  }
}

export function storeKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}
