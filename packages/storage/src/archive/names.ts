import { isUtf8 } from 'node:buffer';
import { StorageError } from '../errors.ts';

/** Name of an entry without the `./` before it, which `tar -C DIR .` writes, and the `/` behind directories. */
export function entryNameFrom(raw: string): string {
  if (raw === '.') return '';
  let start = 0;
  while (raw[start] === '.' && raw[start + 1] === '/') for (start += 2; raw[start] === '/'; start++);
  let end = raw.length;
  while (end > start + 1 && raw[end - 1] === '/') end--;
  return raw.slice(start, end);
}

/** @throws StorageError UnsafeName when it is not UTF-8: two names could become one */
export function utf8NameFrom(bytes: Uint8Array, source: string): string {
  const name = Buffer.from(bytes).toString('utf8');
  if (isUtf8(bytes)) return name;
  throw new StorageError('UnsafeName', `entry "${name}" of ${source} has a name that is not UTF-8`, {
    hint: 'nothing of this source was kept; pack it anew with names in UTF-8',
    details: { name, source },
  });
}
