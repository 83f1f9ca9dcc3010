import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError, type StorageErrorCode } from '../errors.ts';

/** Paths of all files below a directory; with `.serval-…` only when asked for. */
export async function filesOf(directory: string, ownToo = false): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((path) => ownToo || !path.startsWith('.serval-'))
    .sort();
}

/** For `assert.rejects`: a StorageError with this code, whose message matches. */
export function failsWith(code: StorageErrorCode, pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  };
}
