/** Reads an async iterable of buffers by exact sizes. Never holds more than a chunk besides what was asked for. */
export interface ChunkReader {
  /** The next `size` bytes, fewer only at the end. For headers: the result is one buffer. */
  take(size: number): Promise<Buffer>;
  /** What is at hand next, at most `size` bytes; `undefined` at the end. */
  some(size: number): Promise<Buffer | undefined>;
  /** The first bytes, fewer than `size` only at the end, without taking them. */
  peek(size: number): Promise<Buffer>;
  /** Ends the source. */
  close(): Promise<void>;
}

export function createChunkReader(source: AsyncIterable<Buffer>): ChunkReader {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let ended = false;

  async function more(): Promise<boolean> {
    while (!ended) {
      const { done, value } = await iterator.next();
      if (done) ended = true;
      else if (value.length > 0) {
        rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
        return true;
      }
    }
    return false;
  }

  return {
    async take(size) {
      while (rest.length < size && (await more()));
      const taken = rest.subarray(0, size);
      rest = rest.subarray(taken.length);
      return taken;
    },
    async some(size) {
      if (rest.length === 0 && !(await more())) return undefined;
      const taken = rest.subarray(0, size);
      rest = rest.subarray(taken.length);
      return taken;
    },
    async peek(size) {
      while (rest.length < size && (await more()));
      return rest.subarray(0, size);
    },
    async close() {
      ended = true;
      await iterator.return?.();
    },
  };
}
