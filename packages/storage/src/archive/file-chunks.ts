import { open } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

/**
 * Bytes `[start, end)` of a file. Opens nothing before the first chunk is asked for.
 * @param reuse  whether the memory of a chunk may be taken again two chunks later: much less to be collected, for readers that keep none
 */
export async function* fileChunks(
  path: string,
  { start = 0, end = Number.POSITIVE_INFINITY, reuse = false } = {},
): AsyncGenerator<Buffer> {
  const handle = await open(path);
  try {
    // Two, as a reader may still hold the end of the last one.
    const size = Math.min(CHUNK_BYTES, end - start);
    const buffers = reuse ? [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)] : [];
    let turn = 0;
    for (let position = start; position < end; ) {
      const buffer = buffers[turn++ % 2] ?? Buffer.allocUnsafe(Math.min(size, end - position));
      const { bytesRead } = await handle.read(buffer, 0, Math.min(size, end - position), position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
