import { createHash } from 'node:crypto';
import { applyDelta, checkBase, checkCopy, DeltaError, lengthOf, parseDeltaSizes, readDelta } from './delta.ts';
import type { ExpandedFile } from './expanded-file.ts';
import { type GitLimits, limitExceeded } from './limits.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { isZlibError, MEMORY_BYTES, type ObjectType, openPacked, type PackEntry, readPacked } from './pack-entry.ts';
import { damaged } from './pack-file.ts';

/** Contents of bases that may be needed again soon. */
const CACHE_BYTES = 3 * MEMORY_BYTES;

/** Pieces in which large bases are copied from. */
const COPY_BYTES = 256 * 1024;

export interface DeltaResolverOptions {
  store: ObjectStore;
  objects: ReadonlyMap<string, StoredObject>;
  expanded: ExpandedFile;
  shown: string;
  limits: GitLimits;
  signal: AbortSignal;
  register(type: ObjectType, sizeBytes: number, oid: string, at: StoredObject['at'], content?: Buffer): StoredObject;
}

/** Deltas of one pack. They have no names before they have been applied. */
export interface DeltaResolver {
  note(delta: PackEntry): void;
  /** An object stands in full at this offset of the pack. */
  base(offset: number, object: StoredObject): void;
  /**
   * Applies all, from their bases on; what comes out lies in the expanded file.
   * @throws StorageError SourceRejected for deltas that make no sense, have no base, or only each other; LimitExceeded
   */
  resolve(): Promise<void>;
}

interface Resolved {
  /** Offsets of the pack at which it stands. */
  offset: number | undefined;
  object: StoredObject;
  depth: number;
}

export function createDeltaResolver(options: DeltaResolverOptions): DeltaResolver {
  const { store, objects, expanded, shown, limits, signal, register } = options;
  const waiting = new Map<number | string, PackEntry[]>();
  const bases: Resolved[] = [];
  const offsetsOf = new Map<number, StoredObject>();
  const cache = createCache();
  let unresolved = 0;

  /** Content of a base that is held in memory. */
  async function contentOf(object: StoredObject): Promise<Buffer> {
    const known = cache.get(object.oid);
    if (known) return known;
    const content = await store.readWhole(object);
    cache.set(object.oid, content);
    return content;
  }

  async function applyOne(base: StoredObject, delta: PackEntry): Promise<StoredObject> {
    try {
      return (await applyInMemory(base, delta)) ?? (await applyOnDisk(base, delta));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DeltaError) && !isZlibError(error)) throw error;
      throw damaged(
        shown,
        `the delta at byte ${delta.offset} cannot be applied, ${error instanceof Error ? error.message : ''}`,
      );
    }
  }

  async function applyInMemory(base: StoredObject, delta: PackEntry): Promise<StoredObject | undefined> {
    if (base.sizeBytes > MEMORY_BYTES || delta.sizeBytes > MEMORY_BYTES) return undefined;
    const instructions = await readPacked(delta, delta.sizeBytes);
    if (resultBytesOf(instructions) > MEMORY_BYTES) return undefined;
    const result = applyDelta(await contentOf(base), instructions, MEMORY_BYTES);
    const oid = createHash('sha1').update(`${base.type} ${result.length}\0`).update(result).digest('hex');
    const known = objects.get(oid);
    if (known) return known;
    const expandedFrom = await expanded.append([result]);
    cache.set(oid, result);
    return register(base.type, result.length, oid, { expandedFrom }, result);
  }

  async function applyOnDisk(base: StoredObject, delta: PackEntry): Promise<StoredObject> {
    if (!('expandedFrom' in base.at)) {
      const content = openPacked(base.at);
      base.at = { expandedFrom: await expanded.append(content as AsyncIterable<Buffer>) };
    }
    const { expandedFrom } = base.at;
    const hash = createHash('sha1');
    let resultBytes = 0;
    let written = 0;

    async function* results(): AsyncGenerator<Buffer> {
      for await (const instruction of readDelta(openPacked(delta) as AsyncIterable<Buffer>)) {
        signal.throwIfAborted();
        if (instruction.kind === 'sizes') {
          checkBase(instruction, base.sizeBytes);
          resultBytes = instruction.resultBytes;
          if (resultBytes > limits.maxDeltaBytes) {
            throw limitExceeded(shown, 'deltas that expand to more bytes than', limits, 'maxDeltaBytes');
          }
          hash.update(`${base.type} ${resultBytes}\0`);
          continue;
        }
        const length = lengthOf(instruction);
        written += length;
        if (written > resultBytes) throw new DeltaError('it makes more bytes than it says');
        if (instruction.kind === 'insert') {
          hash.update(instruction.bytes);
          yield Buffer.from(instruction.bytes);
          continue;
        }
        checkCopy(instruction, base.sizeBytes);
        for (let done = 0; done < length; ) {
          const piece = expanded.readSync(
            expandedFrom + instruction.offset + done,
            Math.min(COPY_BYTES, length - done),
          );
          done += piece.length;
          hash.update(piece);
          yield piece;
        }
      }
      if (written !== resultBytes) throw new DeltaError('it makes fewer bytes than it says');
    }

    const at = { expandedFrom: await expanded.append(results()) };
    return register(base.type, resultBytes, hash.digest('hex'), at);
  }

  return {
    note(delta) {
      unresolved++;
      const others = waiting.get(delta.base!);
      if (others) others.push(delta);
      else waiting.set(delta.base!, [delta]);
    },
    base(offset, object) {
      offsetsOf.set(offset, object);
    },
    async resolve() {
      for (const key of waiting.keys()) {
        const object = typeof key === 'number' ? offsetsOf.get(key) : objects.get(key);
        if (object) bases.push({ offset: typeof key === 'number' ? key : undefined, object, depth: 0 });
      }
      offsetsOf.clear();
      // Depth first: what was made last is needed next, and is in memory still.
      for (let resolved = bases.pop(); resolved; resolved = bases.pop()) {
        const { offset, object, depth } = resolved;
        const deltas = [...take(waiting, offset), ...take(waiting, object.oid)];
        if (deltas.length > 0 && depth >= limits.maxDeltaDepth) {
          throw limitExceeded(shown, 'deltas upon each other, more than', limits, 'maxDeltaDepth');
        }
        for (const delta of deltas) {
          signal.throwIfAborted();
          bases.push({ offset: delta.offset, object: await applyOne(object, delta), depth: depth + 1 });
          unresolved--;
        }
      }
      cache.clear();
      if (unresolved > 0) {
        throw damaged(shown, `${unresolved} of its deltas have no base in it, or are based on each other`);
      }
    },
  };
}

function take(waiting: Map<number | string, PackEntry[]>, key: number | string | undefined): PackEntry[] {
  const deltas = key === undefined ? undefined : waiting.get(key);
  if (!deltas) return [];
  waiting.delete(key!);
  return deltas;
}

/** Of its second number; an endless or missing one is found when it is applied. */
function resultBytesOf(delta: Buffer): number {
  return parseDeltaSizes(delta)?.resultBytes ?? 0;
}

/** The latest contents, up to a number of bytes. */
function createCache() {
  const contents = new Map<string, Buffer>();
  let bytes = 0;
  return {
    get(oid: string): Buffer | undefined {
      const content = contents.get(oid);
      if (content) {
        contents.delete(oid);
        contents.set(oid, content);
      }
      return content;
    },
    set(oid: string, content: Buffer): void {
      if (contents.has(oid)) return;
      contents.set(oid, content);
      bytes += content.length;
      for (const [oldest, { length }] of contents) {
        if (bytes <= CACHE_BYTES) break;
        contents.delete(oldest);
        bytes -= length;
      }
    },
    clear(): void {
      contents.clear();
      bytes = 0;
    },
  };
}
