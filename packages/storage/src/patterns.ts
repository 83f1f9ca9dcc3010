import { StorageError } from './errors.ts';
import { createFnmatch } from './fnmatch.ts';
import type { RemoteFile } from './provider.ts';

export interface PatternOptions {
  /** Only names that one of these matches. Empty: all. */
  allowPatterns: readonly string[];
  /** No name that one of these matches, also when it is allowed. */
  ignorePatterns: readonly string[];
}

/** More would be a mistake, and each name is held against every one. */
const MAX_PATTERNS = 1000;

const MAX_PATTERN_LENGTH = 1024;

/**
 * A JSON list of patterns, or patterns with commas between them (KServe's `STORAGE_ALLOW_PATTERNS`); blanks around them do not count.
 * What begins like a JSON list of strings and is none is refused: KServe would take its pieces for patterns that match nothing.
 * @throws StorageError InvalidConfiguration
 */
export function parsePatterns(value: string | undefined, variable: string): string[] {
  const text = value?.trim() ?? '';
  if (text === '') return [];
  const json = parseJson(text);
  let patterns: string[];
  if (Array.isArray(json)) {
    if (json.some((item) => typeof item === 'object')) throw malformed(variable, text);
    patterns = json.map(String);
  } else if (typeof json === 'string') patterns = [json];
  else if ((typeof json === 'object' && json !== null) || (json === undefined && /^(?:\[\s*"|\{\s*"|")/.test(text))) {
    throw malformed(variable, text);
  } else patterns = text.split(',');
  const trimmed = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');
  if (trimmed.length > MAX_PATTERNS || trimmed.some(({ length }) => length > MAX_PATTERN_LENGTH)) {
    throw new StorageError(
      'InvalidConfiguration',
      `environment variable ${variable} has more than ${MAX_PATTERNS} patterns, or one of more than ${MAX_PATTERN_LENGTH} characters`,
    );
  }
  return trimmed;
}

/** Whether the name of a file passes. As in `huggingface_hub`, `folder/` stands for `folder/*`. */
export function createPatternFilter({ allowPatterns, ignorePatterns }: PatternOptions): (file: RemoteFile) => boolean {
  const [allow, ignore] = [allowPatterns, ignorePatterns].map((patterns) =>
    patterns.map((pattern) => createFnmatch(pattern.endsWith('/') ? `${pattern}*` : pattern)),
  );
  return ({ name, named }) =>
    named === true ||
    ((allow!.length === 0 || allow!.some((matches) => matches(name))) && !ignore!.some((matches) => matches(name)));
}

/** For a source whose files were all left out. */
export function nothingLeft(source: string, files: number, options: PatternOptions): StorageError {
  const { allowPatterns, ignorePatterns } = options;
  return new StorageError('ObjectNotFound', `the patterns leave out all ${files} files of ${source}`, {
    hint: `look at STORAGE_ALLOW_PATTERNS (${shown(allowPatterns)}) and STORAGE_IGNORE_PATTERNS (${shown(ignorePatterns)})`,
    details: { files, allowPatterns, ignorePatterns },
  });
}

function shown(patterns: readonly string[]): string {
  if (patterns.length === 0) return 'not set';
  return patterns.length > 5
    ? `${patterns.slice(0, 5).join(', ')} and ${patterns.length - 5} more`
    : patterns.join(', ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function malformed(variable: string, text: string): StorageError {
  return new StorageError(
    'InvalidConfiguration',
    `environment variable ${variable} is no list of patterns: ${text.slice(0, 100)}`,
    { hint: 'write ["*.safetensors", "*.json"] or *.safetensors,*.json', details: { variable } },
  );
}
