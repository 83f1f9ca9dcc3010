import { join } from 'node:path';
import type { AnyObject } from '@serval/kube/objects';
import { type Change, RevisionCompacted, type Write, WriteConflict } from './change.ts';
import { createChangeIndex } from './change-index.ts';
import { checkpoint } from './checkpoint.ts';
import { createCurrentState } from './current-state.ts';
import { createHistory, type HistoryLimits } from './history.ts';
import { createListeners } from './listeners.ts';
import { lockDirectory } from './lock.ts';
import { type LogRow, openRevisionLog } from './revision-log.ts';

/** Objects as of now in memory, their history on disk. Revisions count up from 1 over all resources. */
export interface Store {
  /** Of the last commit. */
  readonly revision: number;
  /** Changes up to here may be gone. */
  readonly compactedRevision: number;
  get(resource: string, key: string): AnyObject | undefined;
  /** Sorted by key; `namespace` empty means all. */
  list(resource: string, namespace?: string): AnyObject[];
  /**
   * Resolves once the write is on disk, with the object as stored (for a deletion: its last state).
   * Writes that wait together share one commit. Throws `WriteConflict`; any other error means nothing was written.
   */
  write(write: Write): Promise<AnyObject>;
  /** Called for each change of a resource, or of the one object of `key`, after its commit, in order. Returns the way to end it. */
  subscribe(resource: string, listener: (change: Change) => void, key?: string): () => void;
  /** Committed changes of a resource, or of the one object of `key`, after `revision`, oldest first. Throws `RevisionCompacted`. */
  changesSince(resource: string, revision: number, key?: string): Iterable<Change>;
  close(): Promise<void>;
}

export interface StoreLimits {
  /** Compacting goes in small steps beside writes, so that none is felt. */
  history: HistoryLimits;
  /** Beyond this much write-ahead log it is moved into the database, beside the writes. */
  checkpointAfterBytes: number;
}

const defaultLimits: StoreLimits = {
  // A client that comes back after a pause resumes its watch if no more than this was written meanwhile.
  history: { revisions: 10_000, bytes: 128 * 1024 * 1024, segment: 500 },
  checkpointAfterBytes: 8 * 1024 * 1024,
};
const segmentsAtOnce = 2;
// A commit writes at least these pages: the last leaf and its parent.
const commitBytes = 8 * 1024;

interface Pending {
  write: Write;
  resolve(object: AnyObject): void;
  reject(error: unknown): void;
}

export function openStore(dataDir: string, limits: StoreLimits = defaultLimits): Store {
  const unlock = lockDirectory(join(dataDir, 'lock'));
  const path = join(dataDir, 'revisions.db');
  try {
    return createStore(path, unlock, limits);
  } catch (error) {
    unlock();
    throw error;
  }
}

function createStore(path: string, unlock: () => void, limits: StoreLimits): Store {
  const log = openRevisionLog(path);
  const state = createCurrentState();
  const history = createHistory(limits.history);
  const index = createChangeIndex();
  const start = log.load(
    (row) => {
      if (row.object) state.put(row.resource, row.key, row.object);
    },
    ({ revision: known, resource, key, bytes }) => {
      history.add(known, bytes);
      index.add(known, resource, key);
    },
  );
  // What is older than the last compaction is there because it is current.
  history.forget(start.compacted);
  index.forget(start.compacted);
  let revision = start.revision;
  let compacted = start.compacted;
  let queue: Pending[] = [];
  let scheduled = false;
  let closed = false;
  let bytesSinceCheckpoint = 0;
  let checkpointing: Promise<void> | undefined;
  const listeners = createListeners();

  function commit(): void {
    scheduled = false;
    const batch = queue;
    queue = [];
    const plan = planCommit(batch, state.get, revision);
    let bytes = 0;
    if (plan.rows.length > 0) {
      try {
        bytes = log.append(plan.rows);
      } catch (error) {
        for (const { pending } of plan.accepted) pending.reject(error);
        settleRefused(plan.refused);
        return;
      }
    }
    for (const { change } of plan.accepted) {
      revision = change.revision;
      index.add(revision, change.resource, change.key);
      if (change.type === 'DELETED') state.remove(change.resource, change.key);
      else state.put(change.resource, change.key, change.object);
    }
    for (const { pending, change } of plan.accepted) {
      pending.resolve(change.object);
      listeners.tell(change);
    }
    settleRefused(plan.refused);
    if (plan.rows.length === 0) return;
    history.add(revision, bytes);
    bytesSinceCheckpoint += bytes + commitBytes;
    tidy();
  }

  function tidy(): void {
    try {
      compactHistory();
    } catch {
      // A full disk: the log only grows a little longer until a later attempt succeeds.
    }
    if (bytesSinceCheckpoint > limits.checkpointAfterBytes && !checkpointing) {
      bytesSinceCheckpoint = 0;
      checkpointing = checkpoint(path).then(() => {
        checkpointing = undefined;
        if (!closed) restartWal();
      });
    }
  }

  function compactHistory(): void {
    for (let count = 0; count < segmentsAtOnce; count += 1) {
      const upTo = history.excess(revision);
      if (upTo === undefined) return;
      log.compact(compacted, upTo);
      compacted = upTo;
      history.forget(upTo);
      index.forget(upTo);
      log.shrink();
    }
  }

  /**
   * Moves the little that was written beside the checkpoint, so that the next write begins the log anew. Without it the log
   * would grow for as long as writes do not pause; and a commit over what is in the file already is twice as fast as one
   * that makes the file longer.
   */
  function restartWal(): void {
    try {
      log.checkpoint();
    } catch {
      // The next one takes its place.
    }
  }

  return {
    get revision() {
      return revision;
    },
    get compactedRevision() {
      return compacted;
    },
    get: state.get,
    list: state.list,
    write(write) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the store is closed'));
        queue.push({ write, resolve, reject });
        if (!scheduled) {
          scheduled = true;
          setImmediate(commit);
        }
      });
    },
    subscribe: (resource, listener, key) => listeners.add(resource, key, listener),
    *changesSince(resource, after, key) {
      if (after < compacted) throw new RevisionCompacted(after, compacted);
      for (const found of index.since(resource, after, key)) {
        // The reader may be slow, and compaction may have passed it meanwhile.
        const row = found > compacted ? log.read(found) : undefined;
        if (!row) throw new RevisionCompacted(found, compacted);
        yield changeOf(row, row.replaced);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      if (scheduled) await new Promise<void>((resolve) => setImmediate(resolve));
      await checkpointing;
      try {
        log.close();
      } finally {
        unlock();
      }
    },
  };
}

function settleRefused(refused: { pending: Pending; error: unknown }[]): void {
  for (const { pending, error } of refused) pending.reject(error);
}

/** Decides, in order, which writes hold against the state that the earlier ones leave. */
function planCommit(batch: Pending[], current: Store['get'], revision: number) {
  const overlay = new Map<string, AnyObject | null>();
  const rows: LogRow[] = [];
  const accepted: { pending: Pending; change: Change }[] = [];
  const refused: { pending: Pending; error: unknown }[] = [];
  let next = revision;
  for (const pending of batch) {
    const { resource, key, expected, object } = pending.write;
    const id = `${resource} ${key}`;
    const before = overlay.has(id) ? (overlay.get(id) ?? undefined) : current(resource, key);
    if ((before?.metadata.resourceVersion ?? '') !== expected || (!before && object === null)) {
      refused.push({ pending, error: new WriteConflict(pending.write, before) });
      continue;
    }
    next += 1;
    const stored = object ? withVersion(object, next) : null;
    overlay.set(id, stored);
    const row: LogRow = { revision: next, resource, key, previous: before ? Number(expected) : null, object: stored };
    rows.push(row);
    accepted.push({ pending, change: changeOf(row, before ?? null) });
  }
  return { rows, accepted, refused };
}

function changeOf(row: LogRow, replaced: AnyObject | null): Change {
  const { revision, resource, key } = row;
  if (!row.object) {
    return {
      revision,
      resource,
      key,
      type: 'DELETED',
      object: withVersion(replaced!, revision),
      previous: replaced!,
    };
  }
  return replaced
    ? { revision, resource, key, type: 'MODIFIED', object: row.object, previous: replaced }
    : { revision, resource, key, type: 'ADDED', object: row.object };
}

function withVersion(object: AnyObject, revision: number): AnyObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
