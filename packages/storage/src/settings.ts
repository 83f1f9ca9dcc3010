import { type ArchiveLimits, DEFAULT_ARCHIVE_LIMITS } from './archive/limits.ts';
import type { CacheLinks } from './cache/blobs.ts';
import { StorageError } from './errors.ts';
import type { DownloadOptions } from './options.ts';
import { type PatternOptions, parsePatterns } from './patterns.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How files of a claim or of this machine come into the directory. */
export type LocalMode = 'copy' | 'symlink';

/** What may be given as an option or as a variable; the option wins. */
export interface Settings extends PatternOptions {
  extractArchives: boolean;
  archiveLimits: ArchiveLimits;
  localMode: LocalMode;
  deadlineMs: number | undefined;
  cache: { directory: string; maxBytes: number; links: CacheLinks } | undefined;
}

/** Longest wait of a timer of Node.js, 24 days. */
const MAX_DEADLINE_MS = 2 ** 31 - 1;

/** A few large models; the disk of a node has more. */
const DEFAULT_CACHE_BYTES = 100 * 1024 ** 3;

/** @throws StorageError InvalidConfiguration, naming the variable */
export function settingsFrom(options: DownloadOptions, environment: Environment): Settings {
  const whole = (name: string) => wholeNumber(environment, name);
  const { archiveLimits = {} } = options;
  const deadlineMs = options.deadlineMs ?? whole('SERVAL_STORAGE_DEADLINE_MS');
  return {
    allowPatterns:
      options.allowPatterns ?? parsePatterns(environment['STORAGE_ALLOW_PATTERNS'], 'STORAGE_ALLOW_PATTERNS'),
    ignorePatterns:
      options.ignorePatterns ?? parsePatterns(environment['STORAGE_IGNORE_PATTERNS'], 'STORAGE_IGNORE_PATTERNS'),
    extractArchives: options.extractArchives ?? flag(environment, 'SERVAL_STORAGE_EXTRACT') ?? true,
    archiveLimits: {
      maxEntries: archiveLimits.maxEntries ?? whole('SERVAL_STORAGE_MAX_ENTRIES') ?? DEFAULT_ARCHIVE_LIMITS.maxEntries,
      maxExpansionRatio:
        archiveLimits.maxExpansionRatio ??
        whole('SERVAL_STORAGE_MAX_EXPANSION_RATIO') ??
        DEFAULT_ARCHIVE_LIMITS.maxExpansionRatio,
      ratioFloorBytes:
        archiveLimits.ratioFloorBytes ??
        whole('SERVAL_STORAGE_RATIO_FLOOR_BYTES') ??
        DEFAULT_ARCHIVE_LIMITS.ratioFloorBytes,
      maxBytes: archiveLimits.maxBytes ?? whole('SERVAL_STORAGE_MAX_EXPANDED_BYTES') ?? DEFAULT_ARCHIVE_LIMITS.maxBytes,
    },
    localMode: options.localMode ?? choice(environment, 'SERVAL_STORAGE_LOCAL_MODE', ['copy', 'symlink']),
    cache: cacheFrom(options, environment),
    deadlineMs: deadlineMs === undefined ? undefined : Math.min(deadlineMs, MAX_DEADLINE_MS),
  };
}

function cacheFrom(options: DownloadOptions, environment: Environment): Settings['cache'] {
  const directory = options.cacheDirectory ?? environment['SERVAL_STORAGE_CACHE']?.trim();
  const maxBytes = options.cacheMaxBytes ?? wholeNumber(environment, 'SERVAL_STORAGE_CACHE_MAX_BYTES');
  const links = options.cacheLinks ?? choice(environment, 'SERVAL_STORAGE_CACHE_LINKS', ['hardlink', 'copy']);
  return directory ? { directory, maxBytes: maxBytes ?? DEFAULT_CACHE_BYTES, links } : undefined;
}

function wholeNumber(environment: Environment, name: string): number | undefined {
  const text = environment[name]?.trim();
  if (!text) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw invalid(name, text, 'a whole number above 0');
}

function flag(environment: Environment, name: string): boolean | undefined {
  const text = environment[name]?.trim().toLowerCase();
  if (!text) return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw invalid(name, text, '"true" or "false"');
}

/** The first value is the default. */
function choice<const T extends string>(environment: Environment, name: string, values: readonly [T, T]): T {
  const text = environment[name]?.trim();
  const value = text ? values.find((each) => each === text) : values[0];
  if (value) return value;
  throw invalid(name, text!, values.map((each) => `"${each}"`).join(' or '));
}

function invalid(name: string, text: string, expected: string): StorageError {
  return new StorageError('InvalidConfiguration', `environment variable ${name} is "${text.slice(0, 100)}"`, {
    hint: `expected ${expected}`,
    details: { variable: name },
  });
}
