import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createExpandedFile, type ExpandedFile } from './expanded-file.ts';
import { type LfsPointer, parseLfsPointer } from './lfs-pointer.ts';
import type { GitLimits } from './limits.ts';
import { type ObjectType, openPacked, type PackEntry, type PackedData, readPacked, scanPack } from './pack-entry.ts';
import { damaged, receivePack } from './pack-file.ts';
import { createDeltaResolver } from './resolve-deltas.ts';

/** An object whose content has the digest that is its name. */
export interface StoredObject {
  oid: string;
  type: ObjectType;
  sizeBytes: number;
  /** In a pack as it came, or expanded. */
  at: PackedData | { expandedFrom: number };
  lfs?: LfsPointer;
}

/** Objects of packs, by id. */
export interface ObjectStore {
  /** Takes a pack in: all of its objects are checked and known afterwards. @throws StorageError */
  add(chunks: AsyncIterable<Buffer>): Promise<void>;
  get(oid: string): StoredObject | undefined;
  /** For commits, trees and links. @throws StorageError SourceRejected over 16 MiB */
  readWhole(object: StoredObject): Promise<Buffer>;
  /** The caller reads to the end, or destroys it. */
  openObject(object: StoredObject): Readable;
  close(): Promise<void>;
}

/** A tree of 100,000 entries has 5 MiB. */
const MAX_WHOLE_BYTES = 16 * 1024 ** 2;

/** Holds everything below `directory`, which must not exist. */
export async function createObjectStore(
  directory: string,
  shown: string,
  limits: GitLimits,
  signal: AbortSignal,
): Promise<ObjectStore> {
  await mkdir(directory, { recursive: true });
  const objects = new Map<string, StoredObject>();
  const expanded: ExpandedFile = await createExpandedFile(join(directory, 'expanded'), shown, limits);
  const packs: FileHandle[] = [];
  const spent = { packBytes: 0, objects: 0 };

  function register(
    type: ObjectType,
    sizeBytes: number,
    oid: string,
    at: StoredObject['at'],
    content?: Buffer,
  ): StoredObject {
    const known = objects.get(oid);
    if (known) return known;
    const lfs = type === 'blob' && content ? parseLfsPointer(content) : undefined;
    const object: StoredObject = { oid, type, sizeBytes, at, ...(lfs ? { lfs } : {}) };
    objects.set(oid, object);
    return object;
  }

  const store: ObjectStore = {
    async add(chunks) {
      const path = join(directory, `pack-${packs.length}`);
      const pack = await receivePack(chunks, path, shown, limits, spent);
      spent.packBytes += pack.sizeBytes;
      spent.objects += pack.objects;
      packs.push(pack.handle);
      const resolver = createDeltaResolver({ store, objects, expanded, shown, limits, signal, register });
      await scanPack(pack, shown, signal, async (entry: PackEntry, content) => {
        if (entry.type === 'delta') {
          resolver.note(entry);
          // Read through, for the length of the compressed bytes.
          if (!Buffer.isBuffer(content)) for await (const _ of content) signal.throwIfAborted();
          return;
        }
        const { type, sizeBytes } = entry;
        const hash = createHash('sha1').update(`${type} ${sizeBytes}\0`);
        if (Buffer.isBuffer(content)) hash.update(content);
        else {
          for await (const piece of content) {
            signal.throwIfAborted();
            hash.update(piece);
          }
        }
        const object = register(
          type,
          sizeBytes,
          hash.digest('hex'),
          entry,
          Buffer.isBuffer(content) ? content : undefined,
        );
        resolver.base(entry.offset, object);
      });
      await resolver.resolve();
    },
    get: (oid) => objects.get(oid),
    async readWhole(object) {
      if (object.sizeBytes > MAX_WHOLE_BYTES) {
        throw damaged(
          shown,
          `${object.type} ${object.oid} has ${object.sizeBytes} bytes, more than ${MAX_WHOLE_BYTES}`,
        );
      }
      if ('expandedFrom' in object.at) return expanded.readSync(object.at.expandedFrom, object.sizeBytes);
      return readPacked(object.at, object.sizeBytes);
    },
    openObject({ at, sizeBytes }) {
      if (sizeBytes === 0) return Readable.from([]);
      if (!('expandedFrom' in at)) return openPacked(at);
      return createReadStream(expanded.path, { start: at.expandedFrom, end: at.expandedFrom + sizeBytes - 1 });
    },
    async close() {
      await Promise.all([expanded.close(), ...packs.map((handle) => handle.close())]);
      await rm(directory, { recursive: true, force: true });
    },
  };
  return store;
}
