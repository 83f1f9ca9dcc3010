import { readFile } from 'node:fs/promises';
import { KubeconfigError } from './types.ts';

/** Service account tokens are rotated well before they expire; client-go reads them anew every minute. */
const rereadAfterMs = 60_000;

/** Answers the token in a file, read anew when the last reading is a minute old. */
export function tokenFileReader(path: string, now: () => number = Date.now): () => Promise<string> {
  let token: string | undefined;
  let readAt = 0;
  return async () => {
    if (token !== undefined && now() - readAt < rereadAfterMs) return token;
    try {
      token = (await readFile(path, 'utf8')).trim();
      readAt = now();
    } catch (cause) {
      // A token that was good a minute ago usually still is.
      if (token === undefined) throw new KubeconfigError(`cannot read token file ${path}`, { cause });
    }
    return token;
  };
}
