import { StorageError } from '../errors.ts';

/** What a repository may bring. A pack is not trusted more than an archive. */
export interface GitLimits {
  /** Bytes of all packs of a download. Default 1 TiB, more than any model has. */
  maxPackBytes: number;
  /** Commits, trees and files together. Default 250,000: 100,000 files are the most of a source, and each folder is a tree. */
  maxObjects: number;
  /** Deltas upon each other. Default 4,095, the most that Git itself makes; 50 is usual. */
  maxDeltaDepth: number;
  /** Bytes of all objects that come as deltas, which lie on disk in full. Default 256 GiB. */
  maxDeltaBytes: number;
  /** Folders in each other. Default 256; a path has 4,096 bytes besides. */
  maxTreeDepth: number;
}

const VARIABLES: Readonly<Record<keyof GitLimits, readonly [name: string, value: number]>> = {
  maxPackBytes: ['SERVAL_GIT_MAX_PACK_BYTES', 1024 ** 4],
  maxObjects: ['SERVAL_GIT_MAX_OBJECTS', 250_000],
  maxDeltaDepth: ['SERVAL_GIT_MAX_DELTA_DEPTH', 4095],
  maxDeltaBytes: ['SERVAL_GIT_MAX_DELTA_BYTES', 256 * 1024 ** 3],
  maxTreeDepth: ['SERVAL_GIT_MAX_TREE_DEPTH', 256],
};

/** @throws StorageError InvalidConfiguration, naming the variable */
export function gitLimitsFrom(environment: Readonly<Record<string, string | undefined>>): GitLimits {
  const limit = (key: keyof GitLimits): number => {
    const [name, fallback] = VARIABLES[key];
    const text = environment[name]?.trim();
    if (!text) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
    throw new StorageError('InvalidConfiguration', `environment variable ${name} is "${text.slice(0, 100)}"`, {
      hint: 'expected a whole number above 0',
      details: { variable: name },
    });
  };
  return {
    maxPackBytes: limit('maxPackBytes'),
    maxObjects: limit('maxObjects'),
    maxDeltaDepth: limit('maxDeltaDepth'),
    maxDeltaBytes: limit('maxDeltaBytes'),
    maxTreeDepth: limit('maxTreeDepth'),
  };
}

export function limitExceeded(source: string, what: string, limits: GitLimits, key: keyof GitLimits): StorageError {
  return new StorageError('LimitExceeded', `${source} has ${what} ${limits[key]}`, {
    hint: `nothing of it was kept; if it is to be trusted, raise ${VARIABLES[key][0]}`,
    details: { source, limit: key, value: limits[key] },
  });
}
